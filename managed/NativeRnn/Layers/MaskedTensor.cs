namespace NativeRnn.Layers;

/// <summary>A batch of sequences and which of their steps count.</summary>
/// <param name="Output">The sequences, [B,T,..], or, without a mask, anything.</param>
/// <param name="Mask">Which steps count; null: all, or there are no steps any more.</param>
public readonly record struct MaskedTensor(Tensor Output, SequenceMask? Mask);
