using System.Diagnostics.CodeAnalysis;

namespace NativeRnn.Layers;

/// <summary>
/// A part of a model: parameters, and modules in it, each registered under a name. Derive from it,
/// register the parts in the constructor and override <see cref="Forward"/>, or give the class
/// a Forward of its own. <c>Save</c> of <c>NativeRnn.Models.SavedModel</c> puts a whole model into a file,
/// <see cref="ModuleWeights.SaveWeights"/> the weights alone.
/// </summary>
[SuppressMessage("Naming", "CA1716", Justification = "The field's word; no C# keyword.")]
public abstract class Module
{
    private readonly List<(string Name, Module Module)> _children = [];
    private readonly List<Parameter> _parameters = [];

    /// <summary>Whether dropout is active: true at first; see <see cref="SetTraining"/>.</summary>
    public bool Training { get; private set; } = true;

    /// <summary>How many weights this module and those in it have.</summary>
    /// <exception cref="InvalidOperationException">A layer is not built yet.</exception>
    public long ParameterCount => Parameters().Sum(parameter => parameter.Length);

    /// <summary>Whether the parameters are made already; some layers wait for an input.</summary>
    internal virtual bool IsBuilt => true;

    /// <summary>Whether it runs only to find sizes: no state is carried on.</summary>
    internal bool IsTrial { get; set; }

    /// <summary>The parameters of this module itself, without those in it.</summary>
    internal IReadOnlyList<Parameter> OwnParameters => _parameters;

    /// <summary>Computes the output of one input.</summary>
    /// <param name="input">Of a shape that the module states.</param>
    /// <returns>The output, recorded for gradients while a tape is active.</returns>
    /// <exception cref="NotSupportedException">The module has a Forward of its own only.</exception>
    public virtual Tensor Forward(Tensor input) => throw new NotSupportedException(
        $"{GetType().Name} does not override Forward(Tensor); call the Forward that it has");

    /// <summary>Switches this module and all in it to training or to evaluation.</summary>
    /// <param name="training">True: dropout is active.</param>
    public void SetTraining(bool training)
    {
        foreach ((_, Module module) in NamedModules())
        {
            module.Training = training;
        }
    }

    /// <summary>Calls a function in evaluation; then each module is as it was before.</summary>
    internal T InEvaluation<T>(Func<T> function)
    {
        (Module Module, bool Training)[] before =
            [.. NamedModules().Select(named => (named.Module, named.Module.Training))];
        SetTraining(false);
        try
        {
            return function();
        }
        finally
        {
            foreach ((Module module, bool training) in before)
            {
                module.Training = training;
            }
        }
    }

    /// <inheritdoc cref="InEvaluation{T}(Func{T})"/>
    internal void InEvaluation(Action action) => InEvaluation(() =>
    {
        action();
        return true;
    });

    /// <summary>
    /// Makes layers that carry their state from batch to batch (<c>stateful</c>) start anew, in this
    /// module and all in it.
    /// </summary>
    public void ResetStates()
    {
        foreach ((_, Module module) in NamedModules())
        {
            module.ForgetState();
        }
    }

    /// <summary>Computes the output of a batch of sequences in which some steps don't count.
    /// </summary>
    /// <param name="input">[B,T,..], of a shape that the module states.</param>
    /// <param name="mask">Which steps count; null: all.</param>
    /// <returns>
    /// The output, and the mask for what follows. A module that does not override this ignores the
    /// mask, and passes it on if its output is [B,T,..] with no fewer axes than the input.
    /// </returns>
    public virtual MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask)
    {
        Tensor output = Forward(input);
        bool goesOn = mask is not null && output.Rank >= input.Rank && mask.Fits(output);
        return new MaskedTensor(output, goesOn ? mask : null);
    }

    /// <summary>This module, with an empty name, and all modules in it, each once.</summary>
    public IEnumerable<(string Name, Module Module)> NamedModules() => Walk(string.Empty, []);

    /// <summary>All parameters, each once, with names such as <c>encoder.lstm.weights</c>.</summary>
    /// <exception cref="InvalidOperationException">A layer is not built yet.</exception>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters()
    {
        HashSet<Parameter> seen = [];
        foreach ((string path, Module module) in NamedModules())
        {
            module.RequireBuilt(path);
            foreach (Parameter parameter in module._parameters)
            {
                if (seen.Add(parameter))
                {
                    yield return (Join(path, parameter.Name), parameter);
                }
            }
        }
    }

    /// <summary>All parameters, each once.</summary>
    /// <exception cref="InvalidOperationException">A layer is not built yet.</exception>
    public IEnumerable<Parameter> Parameters() => new ModuleParameters(this);

    /// <summary>Copies of all weights by name, as PyTorch names and shapes them.</summary>
    public Dictionary<string, Tensor> StateDict()
    {
        Dictionary<string, Tensor> state = new(StringComparer.Ordinal);
        foreach ((string name, Parameter parameter) in NamedParameters())
        {
            float[] values = parameter.Value.ToArray();
            foreach (ParameterView view in parameter.Views)
            {
                state.Add(NameOf(name, parameter, view), Tensor.From(
                    values.AsSpan(view.Offset, view.Length),
                    [.. view.Shape],
                    parameter.Value.Device));
            }
        }

        return state;
    }

    /// <summary>Sets the weights; nothing changes when this throws.</summary>
    /// <param name="state">Values by name, as <see cref="StateDict"/> gives them.</param>
    /// <param name="strict">Whether all names must be there, and no others.</param>
    /// <exception cref="ArgumentException">
    /// Entries are missing, unexpected or of another shape; the message names them all.
    /// </exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(state);
        List<(string Name, Parameter Parameter, ParameterView View)> wanted = [.. NamedViews()];
        StateDictCheck.Run(
            wanted, state.ToDictionary(entry => entry.Key, entry => StateEntry.Of(entry.Value)), strict);
        foreach (IGrouping<Parameter, (string Name, Parameter, ParameterView View)> group in
            wanted.Where(view => state.ContainsKey(view.Name)).GroupBy(view => view.Parameter))
        {
            float[] values = group.Key.Value.ToArray();
            foreach ((string name, _, ParameterView view) in group)
            {
                state[name].CopyTo(values.AsSpan(view.Offset, view.Length));
            }

            group.Key.Value.Write(values);
        }
    }

    /// <summary>Sets all gradients to zero; an optimiser's step does it too.</summary>
    public void ZeroGrad()
    {
        foreach (Parameter parameter in Parameters())
        {
            parameter.Gradient.Fill(0);
        }
    }

    /// <summary>What it carries from batch to batch, which no batch changes in place; null: nothing.
    /// </summary>
    internal virtual object? Carried
    {
        get => null;
        set
        {
        }
    }

    /// <summary>Forgets what it carries from batch to batch.</summary>
    internal virtual void ForgetState()
    {
    }

    /// <summary>
    /// Tells what training has changed in this module, not in those in it, beside its parameters:
    /// override it where a Forward depends on how often it has run, and call the base.
    /// </summary>
    /// <param name="state">Where to set it; <see cref="LoadTrainingState"/> gets it back.</param>
    protected internal virtual void SaveTrainingState(TrainingState state) =>
        ArgumentNullException.ThrowIfNull(state);

    /// <summary>Takes back what <see cref="SaveTrainingState"/> has told.</summary>
    /// <param name="state">As it was set.</param>
    protected internal virtual void LoadTrainingState(TrainingState state) =>
        ArgumentNullException.ThrowIfNull(state);

    internal static void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('.', StringComparison.Ordinal))
        {
            throw new ArgumentException($"the name '{name}' must not have a dot", nameof(name));
        }
    }

    internal void RequireBuilt(string path)
    {
        if (!IsBuilt)
        {
            string name = path.Length == 0 ? GetType().Name : $"{path} ({GetType().Name})";
            throw new InvalidOperationException(
                $"{name} is not built: it learns the size of its input in the first Forward. Run " +
                "one (or Sequential.Build), or use the constructor that takes the input size");
        }
    }

    /// <summary>Makes a module a part of this one.</summary>
    /// <typeparam name="T">The module's type.</typeparam>
    /// <param name="name">Its name; unique in this module, no dots.</param>
    /// <param name="module">The module.</param>
    /// <returns>The module.</returns>
    protected T Register<T>(string name, T module)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        RequireNewName(name);
        _children.Add((name, module));
        return module;
    }

    /// <summary>Makes a parameter a part of this module.</summary>
    /// <param name="parameter">The parameter; its name must be unique in this module.</param>
    /// <returns>The parameter.</returns>
    protected Parameter Register(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        RequireNewName(parameter.Name);
        _parameters.Add(parameter);
        return parameter;
    }

    private static string Join(string path, string name) =>
        path.Length == 0 ? name : $"{path}.{name}";

    // The name of a part of a parameter, given the parameter's with the modules before it.
    private static string NameOf(string name, Parameter parameter, ParameterView view) =>
        name[..^parameter.Name.Length] + view.Name;

    /// <summary>The named parts of all parameters, as in a state dict.</summary>
    internal IEnumerable<(string Name, Parameter Parameter, ParameterView View)> NamedViews() =>
        from named in NamedParameters()
        from view in named.Parameter.Views
        select (NameOf(named.Name, named.Parameter, view), named.Parameter, view);

    private IEnumerable<(string Name, Module Module)> Walk(string path, HashSet<Module> seen)
    {
        if (!seen.Add(this))
        {
            yield break;
        }

        yield return (path, this);
        foreach ((string name, Module child) in _children)
        {
            foreach ((string, Module) below in child.Walk(Join(path, name), seen))
            {
                yield return below;
            }
        }
    }

    private void RequireNewName(string name)
    {
        CheckName(name);
        if (_children.Exists(child => child.Name == name)
            || _parameters.Exists(parameter => parameter.Name == name))
        {
            throw new ArgumentException(
                $"{GetType().Name} has a part named '{name}' already", nameof(name));
        }
    }
}
