using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <content>The state by name: what it takes to go on as if it had never stopped.</content>
public abstract partial class Optimizer
{
    private const string StepKey = "step";
    private const string RateKey = "learning_rate";

    /// <summary>
    /// Copies of all that it remembers, by name: <c>step</c> (int32, shape []: <see cref="Steps"/>),
    /// <c>learning_rate</c> (shape []), the moments of each parameter, of the parameter's shape, as
    /// KIND.NAME, and what its schedule remembers as <c>schedule.KEY</c>.
    /// </summary>
    /// <remarks>
    /// KIND is <c>first</c> and <c>second</c> (Adam, AdamW), <c>velocity</c> (Sgd and RmsProp with
    /// momentum), <c>square</c> (RmsProp), <c>sum</c> (Adagrad), <c>first</c> (Lion). NAME is the
    /// parameter's in <see cref="Module.NamedParameters"/>, such as <c>first.lstm.weights</c>, if the
    /// optimiser got <see cref="Module.Parameters"/> or was compiled with a model; of any other list
    /// it is the place in the list and the parameter's own name: <c>first.0.weights</c>. What
    /// the constructor was given (betas, momentum, decay) is not in it.
    /// </remarks>
    /// <exception cref="InvalidOperationException">It has no parameters.</exception>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        Device device = Bound()[0].Value.Device;
        Dictionary<string, Tensor> state = new(StringComparer.Ordinal)
        {
            [StepKey] = StateEntries.Of(checked((int)Steps), device),
            [RateKey] = StateEntries.Of(LearningRate, device),
        };
        foreach ((string name, Tensor moment) in NamedMoments())
        {
            state.Add(name, moment.Clone());
        }

        return state;
    }

    /// <summary>
    /// Sets what it remembers, so that it goes on with the same bits. Nothing changes when this throws.
    /// </summary>
    /// <param name="state">Of an optimiser of the same kind and parameters, as <see cref="StateDict"/> gives it.</param>
    /// <exception cref="ArgumentException">
    /// Entries are missing, unexpected, of another shape or type; the message names them.
    /// </exception>
    /// <exception cref="InvalidOperationException">It has no parameters.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Bound();
        List<(string Name, Tensor Moment)> moments = [.. NamedMoments()];
        StateEntries.Check(
            state,
            [
                (StepKey, DType.Int32, []),
                (RateKey, DType.Float32, []),
                .. moments.Select(named => (named.Name, DType.Float32, named.Moment.Shape.ToArray())),
            ]);
        int step = StateEntries.Integer(state[StepKey]);
        if (step < 0)
        {
            throw new ArgumentException($"step is {step}, must be at least 0", nameof(state));
        }

        LearningRate = state[RateKey].Item();
        Steps = step;
        foreach ((string name, Tensor moment) in moments)
        {
            moment.Write(state[name].ToArray());
        }
    }

    private IEnumerable<(string Name, Tensor Moment)> NamedMoments() =>
        from kind in Moments()
        from index in Enumerable.Range(0, kind.Tensors.Length)
        select ($"{kind.Kind}.{_names[index]}", kind.Tensors[index]);
}
