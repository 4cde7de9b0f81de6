namespace NativeRnn.Layers;

/// <summary>Weights that are learnt: a tensor, its gradient and its name.</summary>
public sealed class Parameter
{
    // Of each view; null until one is set, so that most parameters have none.
    private Regularizer?[]? _regularizers;
    private Constraint?[]? _constraints;
    private Tensor?[]? _parts;

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

    /// <summary>
    /// The penalty on all its elements that is added to the loss; null: none. Reads as null while its
    /// parts differ.
    /// </summary>
    public Regularizer? Regularizer
    {
        get => CommonOf(_regularizers);
        set
        {
            Array.Fill(_regularizers ??= new Regularizer?[Views.Count], value);
            RegularizerChanges++;
        }
    }

    /// <summary>
    /// What each of its parts must fulfil after an optimiser's step; null: nothing. Reads as null
    /// while its parts differ.
    /// </summary>
    public Constraint? Constraint
    {
        get => CommonOf(_constraints);
        set => Array.Fill(_constraints ??= new Constraint?[Views.Count], value);
    }

    /// <summary>How often a regulariser was set.</summary>
    internal long RegularizerChanges { get; private set; }

    /// <summary>Sets the penalty on one of its parts.</summary>
    /// <param name="regularizer">Null: none.</param>
    /// <param name="view">The name of one of the <see cref="Views"/>.</param>
    /// <exception cref="ArgumentException">There is no such part.</exception>
    public void SetRegularizer(Regularizer? regularizer, string view)
    {
        (_regularizers ??= new Regularizer?[Views.Count])[IndexOf(view)] = regularizer;
        RegularizerChanges++;
    }

    /// <summary>Sets what one of its parts must fulfil.</summary>
    /// <param name="constraint">Null: nothing.</param>
    /// <param name="view">The name of one of the <see cref="Views"/>.</param>
    /// <exception cref="ArgumentException">There is no such part.</exception>
    public void SetConstraint(Constraint? constraint, string view) =>
        (_constraints ??= new Constraint?[Views.Count])[IndexOf(view)] = constraint;

    /// <summary>The penalty on the index'th of the <see cref="Views"/>; null: none.</summary>
    internal Regularizer? RegularizerOf(int index) => _regularizers?[index];

    /// <summary>What the index'th of the <see cref="Views"/> must fulfil; null: nothing.</summary>
    internal Constraint? ConstraintOf(int index) => _constraints?[index];

    /// <summary>The parts that have a penalty.</summary>
    internal IEnumerable<(Tensor Value, Regularizer Regularizer, Tensor Gradient)> Regularized()
    {
        for (int index = 0; _regularizers is not null && index < Views.Count; index++)
        {
            if (_regularizers[index] is Regularizer regularizer)
            {
                yield return (PartOf(Value, index), regularizer, PartOf(Gradient, index));
            }
        }
    }

    /// <summary>Makes the values fulfil the constraints.</summary>
    internal void Constrain()
    {
        for (int index = 0; _constraints is not null && index < Views.Count; index++)
        {
            if (_constraints[index] is Constraint constraint)
            {
                _parts ??= new Tensor?[Views.Count];
                constraint.Apply(_parts[index] ??= PartOf(Value, index));
            }
        }
    }

    private static T? CommonOf<T>(T?[]? parts)
        where T : class => parts is not null && Array.TrueForAll(parts, part => part == parts[0])
            ? parts[0]
            : null;

    private int IndexOf(string view)
    {
        for (int index = 0; index < Views.Count; index++)
        {
            if (Views[index].Name == view)
            {
                return index;
            }
        }

        throw new ArgumentException(
            $"the parameter '{Name}' has no part '{view}'; it has " +
            string.Join(", ", Views.Select(part => part.Name)), nameof(view));
    }

    private Tensor PartOf(Tensor whole, int index)
    {
        ParameterView view = Views[index];
        return view.Length == whole.Length ? whole : whole.View(view.Offset, [.. view.Shape]);
    }
}
