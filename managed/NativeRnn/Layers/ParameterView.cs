namespace NativeRnn.Layers;

/// <summary>
/// A named part of a <see cref="Parameter"/>: Shape's elements from Offset on, row-major. A
/// recurrent layer keeps all its weights in one parameter; the views give them their names.
/// </summary>
/// <param name="Name">The name in a state dict, such as <c>weight_ih_l0</c>.</param>
/// <param name="Offset">The first element.</param>
/// <param name="Shape">The sizes of its axes.</param>
public sealed record ParameterView(string Name, int Offset, IReadOnlyList<int> Shape)
{
    /// <summary>How many elements it has.</summary>
    public int Length => Shape.Aggregate(1, (length, size) => length * size);
}
