namespace NativeRnn.Layers;

/// <summary>What a recurrent layer of any cell gives.</summary>
internal readonly record struct RecurrentOutput(Tensor Output, RecurrentState State);
