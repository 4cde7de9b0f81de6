namespace NativeRnn.Layers;

/// <summary>What a state dict has under a name, be it in memory or in a file.</summary>
internal readonly record struct StateEntry(DType DType, int[] Shape)
{
    public override string ToString() => $"{DType} [{string.Join(", ", Shape)}]";

    internal static StateEntry Of(Tensor tensor) => new(tensor.DType, tensor.Shape.ToArray());

    internal bool Fits(ParameterView view) =>
        DType == DType.Float32 && Shape.AsSpan().SequenceEqual([.. view.Shape]);
}
