using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Changes parameters by their gradients. One that is made without parameters gets them from
/// <see cref="Sequential.Compile"/>.
/// </summary>
/// <remarks>
/// Gradients add up until a step: to take a step for several batches (gradient accumulation), run
/// backward for each of them on its loss divided by their number, then call <see cref="Step"/> once.
/// </remarks>
public abstract partial class Optimizer
{
    private Parameter[]? _parameters;
    private string[] _names = [];
    private Tensor[] _gradients = [];
    private float _learningRate;

    private protected Optimizer(float learningRate) => LearningRate = learningRate;

    /// <summary>How far a step goes; at least 0 and finite.</summary>
    public float LearningRate
    {
        get => _learningRate;
        set => _learningRate = value >= 0 && float.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(LearningRate), value, "LearningRate must be at least 0 and finite");
    }

    /// <summary>Steps taken so far.</summary>
    public long Steps { get; private set; }

    internal bool IsBound => _parameters is not null;

    /// <summary>Changes each parameter and then sets its gradient to zero.</summary>
    /// <exception cref="InvalidOperationException">It has no parameters.</exception>
    public void Step()
    {
        Parameter[] parameters = Bound();
        Steps++;
        for (int index = 0; index < parameters.Length; index++)
        {
            StepOf(index, parameters[index]);
        }
    }

    /// <summary>
    /// Scales all gradients by maxNorm / norm if their common 2-norm is above maxNorm (Pascanu 2013).
    /// </summary>
    /// <param name="maxNorm">Above 0.</param>
    /// <returns>The norm before.</returns>
    /// <exception cref="NativeRnnException">The norm is not finite.</exception>
    public float ClipGradientNorm(float maxNorm)
    {
        if (!(maxNorm > 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxNorm), maxNorm, "maxNorm must be above 0");
        }

        Bound();
        float norm = Ops.ClipGlobalNorm(_gradients, maxNorm);
        return float.IsFinite(norm) ? norm : throw new NativeRnnException(
            $"the gradients' norm is {norm} before step {Steps + 1} of the optimiser: " +
            "lower the learning rate, or look for bad values in the data");
    }

    /// <summary>Sets all gradients to zero; a step does it too.</summary>
    public void ZeroGradients()
    {
        foreach (Parameter parameter in Bound())
        {
            parameter.Gradient.Fill(0);
        }
    }

    internal void Bind(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (_parameters is not null)
        {
            throw new InvalidOperationException(
                "the optimiser has parameters already; take a new one for each model");
        }

        (string Name, Parameter Parameter)[] all = [.. parameters is ModuleParameters module
            ? module.Named
            : parameters.Select((parameter, index) => ($"{index}.{parameter.Name}", parameter))];
        if (all.Length == 0)
        {
            throw new ArgumentException("there are no parameters", nameof(parameters));
        }

        if (all.Select(named => named.Parameter).Distinct().Count() != all.Length)
        {
            throw new ArgumentException("a parameter is there twice", nameof(parameters));
        }

        _names = [.. all.Select(named => named.Name)];
        Parameter[] bound = [.. all.Select(named => named.Parameter)];
        _gradients = [.. bound.Select(parameter => parameter.Gradient)];
        MakeMoments(bound);
        _parameters = bound;
    }

    /// <summary>Moments like a parameter's values, zeros.</summary>
    private protected static Tensor[] ZerosLike(Parameter[] parameters) =>
        [.. parameters.Select(parameter =>
            Tensor.NewOwned(parameter.Value.Shape, parameter.Value.Device))];

    private protected static float Require(float value, bool allowed, string name, string range) =>
        allowed && float.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}");

    /// <summary>Makes what the optimiser remembers of each parameter.</summary>
    private protected abstract void MakeMoments(Parameter[] parameters);

    /// <summary>What it remembers: for each kind its name and a tensor for each parameter; those kinds that it uses.</summary>
    private protected abstract IEnumerable<(string Kind, Tensor[] Tensors)> Moments();

    /// <summary>Changes the index'th parameter.</summary>
    private protected abstract void StepOf(int index, Parameter parameter);

    private Parameter[] Bound() => _parameters ?? throw new InvalidOperationException(
        "the optimiser has no parameters: give it Module.Parameters(), or compile a model with it");
}
