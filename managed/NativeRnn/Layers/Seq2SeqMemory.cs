namespace NativeRnn.Layers;

/// <summary>What an encoder has made of a batch: all that the decoder needs.</summary>
/// <param name="State">The decoder's first state.</param>
/// <param name="Values">The encoder's steps, [B,S,H]; null without attention.</param>
/// <param name="Keys">What the attention made of them; null without attention.</param>
/// <param name="Mask">[B,1,S], see <see cref="AttentionMask"/>; null: all steps are valid.</param>
internal sealed record Seq2SeqMemory(
    RecurrentState State, Tensor? Values, Tensor? Keys, Tensor? Mask);
