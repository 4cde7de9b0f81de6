using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// The exponential moving average of a module's weights (Polyak 1992), which often does better than the
/// last weights: average = decay average + (1 - decay) weights after each step.
/// </summary>
/// <example>
/// <code>
/// ExponentialMovingAverage average = new(model, 0.999f);
/// // in the loop, after optimizer.Step():
/// average.Update();
/// // to evaluate with the averages, and then go on with the weights:
/// using (average.Use())
/// {
///     Evaluate(model);
/// }
/// </code>
/// </example>
public sealed class ExponentialMovingAverage
{
    private const string UpdatesKey = "updates";

    private readonly Module _module;
    private readonly bool _warmUp;
    private string[] _names = [];
    private Tensor[] _weights = [];
    private Tensor[] _averages = [];
    private Tensor[] _kept = [];

    /// <summary>An average that starts from the weights that the module has at the first update.</summary>
    /// <param name="module">The module; it may get its weights later.</param>
    /// <param name="decay">How much of the average stays, in [0, 1).</param>
    /// <param name="warmUp">
    /// Whether the decay is at most (1 + n) / (10 + n) at update n, counted from 0, so that the first
    /// weights are soon forgotten.
    /// </param>
    public ExponentialMovingAverage(Module module, float decay = 0.999f, bool warmUp = false)
    {
        ArgumentNullException.ThrowIfNull(module);
        Decay = Sizes.RequireRate(decay, nameof(decay));
        (_module, _warmUp) = (module, warmUp);
    }

    /// <summary>How much of the average stays.</summary>
    public float Decay { get; }

    /// <summary>Updates so far.</summary>
    public int Updates { get; private set; }

    /// <summary>Whether the module has the averages at present.</summary>
    public bool IsInUse { get; private set; }

    /// <summary>Takes the weights into the average.</summary>
    /// <exception cref="InvalidOperationException">A layer is not built yet, or the averages are in use.</exception>
    public void Update()
    {
        RequireInUse(false, nameof(Update));
        Start();
        float decay = _warmUp ? Math.Min(Decay, (1f + Updates) / (10f + Updates)) : Decay;
        Ops.MovingAverage(_averages, _weights, decay);
        Updates++;
    }

    /// <summary>Gives the module the averages, and its weights back when the result is disposed.</summary>
    /// <exception cref="InvalidOperationException">A layer is not built yet, or the averages are in use.</exception>
    public IDisposable Use()
    {
        SwapIn();
        return new Usage(this);
    }

    /// <summary>Gives the module the averages; its weights are kept for <see cref="Restore"/>.</summary>
    /// <exception cref="InvalidOperationException">A layer is not built yet, or the averages are in use.</exception>
    public void SwapIn()
    {
        RequireInUse(false, nameof(SwapIn));
        Start();
        if (_kept.Length == 0)
        {
            _kept = [.. _weights.Select(weights => weights.Clone())];
        }

        Copy(_weights, _kept);
        Copy(_averages, _weights);
        IsInUse = true;
    }

    /// <summary>Gives the module the weights back that it had before <see cref="SwapIn"/>.</summary>
    /// <exception cref="InvalidOperationException">The averages are not in use.</exception>
    public void Restore()
    {
        RequireInUse(true, nameof(Restore));
        Copy(_kept, _weights);
        IsInUse = false;
    }

    /// <summary>
    /// Copies of the averages by the parameters' names in <see cref="Module.NamedParameters"/>, as
    /// <c>average.NAME</c>, and <c>updates</c> (int32, shape []).
    /// </summary>
    /// <exception cref="InvalidOperationException">A layer is not built yet.</exception>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        Start();
        Dictionary<string, Tensor> state = new(StringComparer.Ordinal)
        {
            [UpdatesKey] = StateEntries.Of(Updates, _averages[0].Device),
        };
        for (int index = 0; index < _names.Length; index++)
        {
            state.Add(_names[index], _averages[index].Clone());
        }

        return state;
    }

    /// <summary>Sets the averages; nothing changes when this throws.</summary>
    /// <param name="state">As <see cref="StateDict"/> gives it.</param>
    /// <exception cref="ArgumentException">Entries are missing, unexpected or of another shape.</exception>
    /// <exception cref="InvalidOperationException">A layer is not built yet, or the averages are in use.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        RequireInUse(false, nameof(LoadStateDict));
        Start();
        StateEntries.Check(
            state,
            [
                (UpdatesKey, DType.Int32, []),
                .. _names.Select((name, index) =>
                    (name, DType.Float32, _averages[index].Shape.ToArray())),
            ]);
        Updates = StateEntries.Integer(state[UpdatesKey]);
        for (int index = 0; index < _names.Length; index++)
        {
            _averages[index].Write(state[_names[index]].ToArray());
        }
    }

    private static void Copy(Tensor[] from, Tensor[] to)
    {
        for (int index = 0; index < from.Length; index++)
        {
            to[index].CopyFrom(from[index]);
        }
    }

    // A look at the averages before the first update does not decide where they begin.
    private void FollowUntilFirstUpdate()
    {
        if (Updates == 0 && !IsInUse)
        {
            Copy(_weights, _averages);
        }
    }

    // The weights exist once the module is built; then the averages begin.
    private void Start()
    {
        if (_weights.Length > 0)
        {
            FollowUntilFirstUpdate();
            return;
        }

        (string Name, Parameter Parameter)[] all = [.. _module.NamedParameters()];
        if (all.Length == 0)
        {
            throw new InvalidOperationException($"{_module.GetType().Name} has no parameters to average");
        }

        _names = [.. all.Select(named => $"average.{named.Name}")];
        _weights = [.. all.Select(named => named.Parameter.Value)];
        _averages = [.. _weights.Select(weights => weights.Clone())];
    }

    private void RequireInUse(bool wanted, string operation)
    {
        if (IsInUse != wanted)
        {
            throw new InvalidOperationException(wanted
                ? $"{operation}: the averages are not in use; call SwapIn before"
                : $"{operation}: the averages are in use; call Restore before");
        }
    }

    private sealed class Usage(ExponentialMovingAverage average) : IDisposable
    {
        public void Dispose()
        {
            if (average.IsInUse)
            {
                average.Restore();
            }
        }
    }
}
