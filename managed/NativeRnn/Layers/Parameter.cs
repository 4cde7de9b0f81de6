namespace NativeRnn.Layers;

/// <summary>Weights that are learnt: a tensor, its gradient and its name.</summary>
public sealed class Parameter
{
    /// <summary>A parameter of its own tensor.</summary>
    /// <param name="name">Its name in the module; no dots.</param>
    /// <param name="value">The values at the start; a float tensor that no tape owns.</param>
    public Parameter(string name, Tensor value)
        : this(name, value, null)
    {
    }

    internal Parameter(string name, Tensor value, IReadOnlyList<ParameterView>? views)
    {
        Module.CheckName(name);
        ArgumentNullException.ThrowIfNull(value);
        if (value.DType != DType.Float32)
        {
            throw new ArgumentException(
                $"a parameter must be of floats, this tensor is {value.DType}", nameof(value));
        }

        Name = name;
        Value = value.RequireGradient();
        Views = views ?? [new ParameterView(name, 0, value.Shape.ToArray())];
    }

    /// <summary>The name in its module.</summary>
    public string Name { get; }

    /// <summary>The values.</summary>
    public Tensor Value { get; }

    /// <summary>
    /// The gradient, of the values' shape: backward passes add to it, an optimiser's step sets it
    /// to zero.
    /// </summary>
    public Tensor Gradient => Value.Gradient!;

    /// <summary>How many elements it has.</summary>
    public long Length => Value.Length;

    /// <summary>Its named parts; one of the whole, unless a layer keeps several in one.</summary>
    public IReadOnlyList<ParameterView> Views { get; }
}
