using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// An input of an exported model: <c>OnnxInput.Floats("x", "batch", "time", 8)</c> is [B,T,8] with any B and T.
/// </summary>
public sealed class OnnxInput
{
    private OnnxInput(string name, ReadOnlySpan<OnnxAxis> axes, DType dtype, OnnxAxis? steps)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Axes = axes.ToArray();
        DType = dtype;
        Counted = steps;
        foreach (OnnxAxis axis in axes)
        {
            if (axis is { Name: null, Size: 0 })
            {
                throw new ArgumentException($"an axis of {name} has neither a name nor a size", nameof(axes));
            }
        }
    }

    /// <summary>Its name in the graph.</summary>
    public string Name { get; }

    /// <summary>Its axes.</summary>
    public IReadOnlyList<OnnxAxis> Axes { get; }

    /// <summary>The type of its elements.</summary>
    public DType DType { get; }

    /// <summary>Of lengths, the axis whose steps they count; else null.</summary>
    internal OnnxAxis? Counted { get; }

    /// <summary>An input of floats.</summary>
    /// <param name="name">Its name in the graph.</param>
    /// <param name="axes">Up to 8.</param>
    public static OnnxInput Floats(string name, params ReadOnlySpan<OnnxAxis> axes) =>
        new(name, axes, DType.Float32, null);

    /// <summary>An input of int32 that an <see cref="Embedding"/> looks up.</summary>
    /// <param name="name">Its name in the graph.</param>
    /// <param name="axes">Up to 7.</param>
    public static OnnxInput Indices(string name, params ReadOnlySpan<OnnxAxis> axes) =>
        new(name, axes, DType.Int32, null);

    /// <summary>An input of int32 that tells how many steps of each row are valid.</summary>
    /// <param name="name">Its name in the graph.</param>
    /// <param name="batch">Its one axis.</param>
    /// <param name="steps">The axis whose steps it counts, which another input has.</param>
    public static OnnxInput Lengths(string name, OnnxAxis batch, OnnxAxis steps) =>
        new(name, [batch], DType.Int32, steps);

    /// <summary>Numbers to try the model with; other ones in each trial.</summary>
    internal Tensor Sample(TrialSizes sizes, int trial, int vocabulary, Device device)
    {
        int[] shape = [.. Axes.Select(axis => sizes.Of(axis, trial))];
        int count = shape.Aggregate(1, (product, size) => checked(product * size));
        Random random = new((trial * 7919) + Name.Length);
        if (DType == DType.Float32)
        {
            return Tensor.From(
                [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)], shape, device);
        }

        // Lengths of many values, the longest and a shorter one among them: what depends on them must differ.
        int[] values = Counted is OnnxAxis steps
            ? [.. Enumerable.Range(0, count).Select(row => Length(row, sizes.Of(steps, trial)))]
            : [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
        return Tensor.From(values, shape, device);
    }

    private static int Length(int row, int steps) => row == 0 ? steps : 1 + (row * 5 % steps);
}
