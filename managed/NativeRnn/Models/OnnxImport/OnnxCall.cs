namespace NativeRnn.Models;

/// <summary>One run of a node: its inputs as the operator wants them.</summary>
/// <param name="node">The node.</param>
/// <param name="inputs">Null: left out.</param>
/// <param name="device">Where floats are.</param>
/// <param name="budget">Bounds what is computed while a file is read; null: a run.</param>
internal sealed class OnnxCall(OnnxNode node, OnnxValue?[] inputs, Device device, OnnxBudget? budget = null)
{
    internal OnnxNode Node => node;

    internal OnnxAttributes Attributes => node.Attributes;

    internal Device Device => device;

    internal int Count => inputs.Length;

    /// <summary>An input.</summary>
    /// <exception cref="ArgumentException">It is left out.</exception>
    internal OnnxValue this[int input] =>
        Optional(input) ?? throw new ArgumentException($"input {input} is left out");

    internal OnnxValue? Optional(int input) => input < inputs.Length ? inputs[input] : null;

    internal Tensor Floats(int input) => this[input].Floats(device);

    /// <summary>Floats of at least as many axes.</summary>
    internal Tensor Floats(int input, int leastRank)
    {
        Tensor x = Floats(input);
        return x.Rank >= leastRank
            ? x
            : throw new ArgumentException($"input {input} is {x.ShapeText}, needs {leastRank} or more axes");
    }

    /// <summary>Integers of one axis: a shape, axes.</summary>
    internal long[]? Integers(int input) => Optional(input) is not { } value ? null
        : value.Rank <= 1 ? value.ToIntegers()
        : throw new ArgumentException($"input {input} is {value.ShapeText}, must have one axis");

    /// <summary>What older versions have as an attribute, newer ones as an input.</summary>
    internal long[]? IntegersOf(string attribute, int input) => Attributes.Ints(attribute) ?? Integers(input);

    /// <inheritdoc cref="IntegersOf"/>
    internal float? NumberOf(string attribute, int input) => Attributes.Has(attribute)
        ? Attributes.Float(attribute, 0)
        : Optional(input)?.ToNumber();

    /// <summary>A shape that is about to be made.</summary>
    internal int[] Claim(ReadOnlySpan<long> sizes) => Claim(OnnxShape.Checked(sizes));

    /// <inheritdoc cref="Claim(ReadOnlySpan{long})"/>
    internal int[] Claim(int[] shape)
    {
        budget?.Claim(OnnxShape.Length(shape));
        return shape;
    }
}
