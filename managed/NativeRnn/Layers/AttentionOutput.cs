namespace NativeRnn.Layers;

/// <summary>What an attention layer gives.</summary>
/// <param name="Output">
/// Weighted means of the values, [B,Q,V] for Q queries of each row; after the output projection where
/// there is one.
/// </param>
/// <param name="Weights">
/// How much each query attends to each key, [B,Q,K], or [B,heads,Q,K]: each row sums to 1, masked
/// keys have exactly 0, and a row with nothing to attend to is 0.
/// </param>
public readonly record struct AttentionOutput(Tensor Output, Tensor Weights);
