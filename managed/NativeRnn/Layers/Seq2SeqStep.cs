namespace NativeRnn.Layers;

/// <summary>What one or several steps of a decoder give.</summary>
/// <param name="Logits">[B,T,V].</param>
/// <param name="State">After the last step.</param>
/// <param name="Weights">Of the attention, [B,T,S]; null without.</param>
internal readonly record struct Seq2SeqStep(Tensor Logits, RecurrentState State, Tensor? Weights);
