namespace NativeRnn.Layers;

/// <summary>What a cell gives for one step.</summary>
/// <param name="Output">[B,O].</param>
/// <param name="State">The new state: as many tensors as the cell has sizes, each [B,S_k].</param>
public readonly record struct CellOutput(Tensor Output, IReadOnlyList<Tensor> State);
