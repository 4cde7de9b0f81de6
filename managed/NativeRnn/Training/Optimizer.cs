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
    private Tensor[] _values = [];
    private Tensor[] _gradients = [];
    private WeightPenalty? _penalty;
    private LearningRateSchedule? _schedule;
    private float? _momentum;
    private float _learningRate;
    private float _clipValue;
    private bool _penaltyAdded;

    private protected Optimizer(float learningRate) => LearningRate = learningRate;

    /// <summary>
    /// How far a step goes; at least 0 and finite. With a <see cref="Schedule"/>, each step sets it first.
    /// </summary>
    public float LearningRate
    {
        get => _learningRate;
        set => _learningRate = value >= 0 && float.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(LearningRate), value, "LearningRate must be at least 0 and finite");
    }

    /// <summary>
    /// Sets the learning rate of each step, by the <see cref="Steps"/> taken before it; null: the
    /// learning rate stays as it is.
    /// </summary>
    public LearningRateSchedule? Schedule
    {
        get => _schedule;
        set
        {
            (_schedule, _momentum) = (value, null);
            Follow();
        }
    }

    /// <summary>
    /// Where a step cuts each element of the gradients, on both sides of zero, in the same pass over
    /// memory; at least 0 and finite, 0: nowhere. <see cref="ClipGradientNorm"/> comes before it.
    /// </summary>
    public float ClipValue
    {
        get => _clipValue;
        set => _clipValue = Require(value, value >= 0, nameof(ClipValue), "at least 0 and finite");
    }

    /// <summary>Steps taken so far.</summary>
    public long Steps { get; private set; }

    internal bool IsBound => _parameters is not null;

    private protected ReadOnlySpan<Tensor> Values => _values;

    private protected ReadOnlySpan<Tensor> Gradients => _gradients;

    /// <summary>
    /// Adds the gradients of the parameters' regularisers, changes each parameter, sets its gradient
    /// to zero, and applies the parameters' constraints.
    /// </summary>
    /// <exception cref="InvalidOperationException">It has no parameters.</exception>
    public void Step()
    {
        Parameter[] parameters = Bound();
        AddPenalty();
        Follow();
        StepAll(Steps + 1);
        Steps++;
        _penaltyAdded = false;
        foreach (Parameter parameter in parameters)
        {
            parameter.Constrain();
        }
    }

    /// <summary>
    /// Scales all gradients by maxNorm / norm if their common 2-norm is above maxNorm (Pascanu 2013).
    /// Regularisers count: their gradients are added first.
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
        AddPenalty();
        float norm = Ops.ClipGlobalNorm(_gradients, maxNorm);
        return float.IsFinite(norm) ? norm : throw new NativeRnnException(
            $"the gradients' norm is {norm} before step {Steps + 1} of the optimiser: " +
            "lower the learning rate, or look for bad values in the data");
    }

    /// <summary>
    /// Cuts each element of all gradients to [-maxValue, maxValue] now; NaN stays. Regularisers count:
    /// their gradients are added first. To cut in every step, set <see cref="ClipValue"/>: it saves a
    /// pass over memory.
    /// </summary>
    /// <param name="maxValue">Above 0 and finite.</param>
    public void ClipGradientValue(float maxValue)
    {
        Require(maxValue, maxValue > 0, nameof(maxValue), "above 0 and finite");
        Bound();
        AddPenalty();
        Ops.ClipValues(_gradients, maxValue);
    }

    /// <summary>What the parameters' regularisers add to the loss at present; 0 without any.</summary>
    /// <exception cref="InvalidOperationException">It has no parameters.</exception>
    public float Penalty()
    {
        Bound();
        return _penalty!.Value();
    }

    /// <summary>Sets all gradients to zero; a step does it too.</summary>
    public void ZeroGrad()
    {
        foreach (Parameter parameter in Bound())
        {
            parameter.Gradient.Fill(0);
        }

        _penaltyAdded = false;
    }

    /// <summary>Multiplies all gradients; those of regularisers are not added yet.</summary>
    internal void ScaleGradients(float factor)
    {
        foreach (Tensor gradient in _gradients)
        {
            Ops.Affine(gradient, factor, 0, gradient);
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
        _values = [.. bound.Select(parameter => parameter.Value)];
        _gradients = [.. bound.Select(parameter => parameter.Gradient)];
        _penalty = new WeightPenalty(bound);
        MakeMoments(bound);
        _parameters = bound;
    }

    /// <summary>Refuses a model that does not have all of its parameters; without any it does nothing.
    /// </summary>
    internal void RequireParametersOf(Module model)
    {
        HashSet<Parameter> own = [.. model.NamedModules().SelectMany(named => named.Module.OwnParameters)];
        if (_parameters is not null && !own.IsSupersetOf(_parameters))
        {
            throw new InvalidOperationException(
                "the optimiser has parameters that are not this model's, so its steps would not train " +
                "the model; take a new optimiser for each model");
        }
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

    /// <summary>What it remembers: for each kind its name and a tensor for each parameter, or none.</summary>
    private protected abstract IEnumerable<(string Kind, Tensor[] Tensors)> Moments();

    /// <summary>Changes all parameters and sets their gradients to zero.</summary>
    /// <param name="step">Counted from 1.</param>
    private protected abstract void StepAll(long step);

    /// <summary>The momentum of this step: the schedule's, if it has one.</summary>
    private protected float MomentumOr(float own) => own == 0 ? 0 : _momentum ?? own;

    // Takes learning rate and momentum of the next step from the schedule.
    private void Follow()
    {
        if (_schedule is not null)
        {
            LearningRate = _schedule.RateAt(Steps);
            _momentum = _schedule.MomentumAt(Steps);
        }
    }

    private void AddPenalty()
    {
        if (!_penaltyAdded)
        {
            _penalty!.Add();
            _penaltyAdded = true;
        }
    }

    private Parameter[] Bound() => _parameters ?? throw new InvalidOperationException(
        "the optimiser has no parameters: give it Module.Parameters(), or compile a model with it");
}
