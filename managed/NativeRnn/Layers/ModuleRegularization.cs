namespace NativeRnn.Layers;

/// <summary>Regularisers and constraints for the weights of a module.</summary>
/// <example>
/// <code>
/// lstm.SetRegularizer(new L2(1e-4f), WeightKinds.Input);          // Keras: kernel_regularizer
/// lstm.SetConstraint(new MaxNorm(3), WeightKinds.Recurrent);      // Keras: recurrent_constraint
/// model.SetRegularizer(new L1(1e-5f), "encoder.weight_hh_l0");
/// </code>
/// </example>
public static class ModuleRegularization
{
    /// <summary>Sets the regulariser of all weights of some kinds.</summary>
    /// <param name="module">A built module.</param>
    /// <param name="regularizer">Null: none.</param>
    /// <param name="kinds">Which weights.</param>
    /// <exception cref="InvalidOperationException">A layer is not built yet.</exception>
    public static void SetRegularizer(
        this Module module, Regularizer? regularizer, WeightKinds kinds = WeightKinds.Weights)
    {
        foreach ((_, Parameter parameter, ParameterView view) in Views(module))
        {
            if ((KindOf(view) & kinds) != 0)
            {
                parameter.SetRegularizer(regularizer, view.Name);
            }
        }
    }

    /// <summary>Sets the regulariser of the weights of one name.</summary>
    /// <param name="module">A built module.</param>
    /// <param name="regularizer">Null: none.</param>
    /// <param name="name">As in <see cref="Module.StateDict"/>, such as <c>lstm.weight_hh_l0</c>.</param>
    /// <exception cref="ArgumentException">There are no such weights.</exception>
    public static void SetRegularizer(this Module module, Regularizer? regularizer, string name)
    {
        (_, Parameter parameter, ParameterView view) = Find(module, name);
        parameter.SetRegularizer(regularizer, view.Name);
    }

    /// <summary>Sets the constraint of all weights of some kinds.</summary>
    /// <param name="module">A built module.</param>
    /// <param name="constraint">Null: none.</param>
    /// <param name="kinds">Which weights.</param>
    /// <exception cref="InvalidOperationException">A layer is not built yet.</exception>
    public static void SetConstraint(
        this Module module, Constraint? constraint, WeightKinds kinds = WeightKinds.Weights)
    {
        foreach ((_, Parameter parameter, ParameterView view) in Views(module))
        {
            if ((KindOf(view) & kinds) != 0)
            {
                parameter.SetConstraint(constraint, view.Name);
            }
        }
    }

    /// <summary>Sets the constraint of the weights of one name.</summary>
    /// <param name="module">A built module.</param>
    /// <param name="constraint">Null: none.</param>
    /// <param name="name">As in <see cref="Module.StateDict"/>, such as <c>lstm.weight_hh_l0</c>.</param>
    /// <exception cref="ArgumentException">There are no such weights.</exception>
    public static void SetConstraint(this Module module, Constraint? constraint, string name)
    {
        (_, Parameter parameter, ParameterView view) = Find(module, name);
        parameter.SetConstraint(constraint, view.Name);
    }

    /// <summary>What the regularisers of a module's weights add to the loss; 0 without any.</summary>
    /// <param name="module">A built module.</param>
    public static float Penalty(this Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return new WeightPenalty([.. module.Parameters()]).Value();
    }

    private static WeightKinds KindOf(ParameterView view) =>
        IsOfNoKind(view) ? WeightKinds.None
        : view.Name.StartsWith("bias", StringComparison.Ordinal) ? WeightKinds.Bias
        : view.Name.StartsWith("weight_h", StringComparison.Ordinal) ? WeightKinds.Recurrent
        : WeightKinds.Input;

    // States to start from, gains of normalisations, peepholes: no product with an input.
    private static bool IsOfNoKind(ParameterView view) =>
        view.Name is "h0" or "c0"
        || (view.Name == "weight" && view.Shape.Count == 1)
        || view.Name.StartsWith("weight_norm", StringComparison.Ordinal)
        || view.Name.StartsWith("weight_peephole", StringComparison.Ordinal);

    private static (string Name, Parameter Parameter, ParameterView View) Find(Module module, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach ((string Name, Parameter, ParameterView) found in Views(module))
        {
            if (found.Name == name)
            {
                return found;
            }
        }

        throw new ArgumentException(
            $"{module.GetType().Name} has no weights '{name}'; it has " +
            string.Join(", ", Views(module).Select(view => view.Name)), nameof(name));
    }

    private static IEnumerable<(string Name, Parameter Parameter, ParameterView View)> Views(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module.NamedViews();
    }
}
