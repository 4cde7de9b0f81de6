namespace NativeRnn.Layers;

/// <summary>
/// What <see cref="Lstm"/>, <see cref="Gru"/> and <see cref="SimpleRnn"/> share: a stack of L layers
/// in D directions with H hidden units each, run over whole sequences. All weights lie in one
/// parameter, with PyTorch's names for its parts.
/// </summary>
public abstract class RecurrentLayer : Module
{
    private readonly RecurrentSettings _settings;
    private long _seed;
    private RnnPlan? _plan;
    private Parameter? _weights;
    private long _calls;

    private protected RecurrentLayer(
        RecurrentSettings settings, int? inputSize, long? seed, Device? device)
    {
        _settings = settings;
        _seed = seed ?? RandomSeed.Next();
        if (inputSize is int size)
        {
            Build(Sizes.Require(size, nameof(inputSize)), device ?? Device.Default);
        }
    }

    /// <summary>Numbers that come in at each step, I; 0 while it is not known.</summary>
    public int InputSize { get; private set; }

    /// <summary>Hidden units H of a layer and direction.</summary>
    public int HiddenSize => _settings.HiddenSize;

    /// <summary>Layers L.</summary>
    public int NumLayers => _settings.NumLayers;

    /// <summary>Whether each layer also runs backward in time: D is 2, else 1.</summary>
    public bool Bidirectional => _settings.Bidirectional;

    /// <summary>Whether sequences are [B,T,..], else [T,B,..].</summary>
    public bool BatchFirst => _settings.BatchFirst;

    /// <summary>Whether there are biases.</summary>
    public bool Bias => _settings.Bias;

    /// <summary>Dropout on the output of each layer but the last, in training only.</summary>
    public float Dropout => _settings.Dropout;

    internal override bool IsBuilt => _plan is not null;

    internal RecurrentSettings Settings => _settings;

    /// <summary>Runs a whole sequence from a state of zeros.</summary>
    /// <param name="input">
    /// [B,T,I] if <see cref="BatchFirst"/>, else [T,B,I]; T and B at least 1.
    /// </param>
    /// <returns>
    /// The outputs of the last layer at all steps, [B,T,D H] or [T,B,D H]; a layer made in Keras'
    /// way without returnSequences gives the last step's only, [B,D H].
    /// </returns>
    public override Tensor Forward(Tensor input) => Run(input, null, null, stateLeaves: false).Output;

    /// <summary>
    /// Packs the weights as they are now for inference step by step: the layer may be trained on or
    /// go away meanwhile.
    /// </summary>
    /// <param name="storage">How the weights are kept: smaller is faster and less exact.</param>
    /// <returns>Weights that any number of streams share.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="storage"/> is not one of its values.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The layer has no weights yet: its input's size is found in the first Forward.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// The layer is bidirectional: backward in time it would need the steps to come.
    /// </exception>
    public RnnWeights Pack(WeightStorage storage = WeightStorage.Float32)
    {
        if (!Enum.IsDefined(storage))
        {
            throw new ArgumentOutOfRangeException(
                nameof(storage), storage, "storage must be Float32, BFloat16 or Int8");
        }

        if (_plan is null)
        {
            throw new InvalidOperationException(
                "the layer has no weights to pack before its first Forward, which finds the " +
                "input's size");
        }

        if (Bidirectional)
        {
            throw new NotSupportedException(
                "a bidirectional layer can't run step by step: backward in time it starts at the " +
                "last step");
        }

        return new RnnWeights(_settings, _plan, InputSize, _weights!.Value, storage);
    }

    /// <param name="input">As for <see cref="Forward"/>.</param>
    /// <param name="state">Null: zeros.</param>
    /// <param name="lengths">Null: all steps are valid.</param>
    /// <param name="stateLeaves">False: nobody outside of this library gets the state.</param>
    internal RecurrentOutput Run(
        Tensor input, RecurrentState? state, Tensor? lengths, bool stateLeaves = true)
    {
        Sizes.RequireFloats(input, nameof(input));
        if (input.Rank != 3)
        {
            throw new ArgumentException(
                $"input must be {(BatchFirst ? "[B,T,I]" : "[T,B,I]")}, " +
                $"it is {Sizes.Text(input.Shape)}", nameof(input));
        }

        Build(input.Shape[2], input.Device);
        if (input.Shape[2] != InputSize || input.Length == 0)
        {
            throw new ArgumentException(
                $"input is {Sizes.Text(input.Shape)}; its last size must be {InputSize}, the " +
                "others at least 1", nameof(input));
        }

        RecurrentCall call = new(_settings, _plan!, _weights!.Value, input, state, lengths);
        bool dropout = Training && _settings.Drops;
        long seed = dropout ? RandomStream.Mix(_seed, ++_calls) : 0;
        RecurrentOutput output = GradientProbe.For(this) is { } probe
            ? probe.Run(this, input, state, lengths)
            : call.Run(dropout, seed, stateLeaves);
        return _settings.ReturnSequences
            ? output
            : output with { Output = LastStep(output.State.Hidden) };
    }

    /// <inheritdoc/>
    protected internal override void SaveTrainingState(TrainingState state)
    {
        base.SaveTrainingState(state);
        state.Set("seed", _seed);
        state.Set("calls", _calls);
    }

    /// <inheritdoc/>
    protected internal override void LoadTrainingState(TrainingState state)
    {
        base.LoadTrainingState(state);
        _seed = state.GetInt64("seed");
        _calls = state.GetInt64("calls");
    }

    private void Build(int inputSize, Device device)
    {
        if (_plan is not null)
        {
            return;
        }

        RnnPlan plan = new(device, _settings, Sizes.Require(inputSize, nameof(inputSize)));
        IReadOnlyList<ParameterView> views = plan.Views();
        Tensor weights = Tensor.NewOwned([checked((int)plan.ParamsLength)], device);
        weights.Write(Initializers.Recurrent(plan, _settings, views, _seed));
        _weights = Register(new Parameter("weights", weights, views));
        _plan = plan;
        InputSize = inputSize;
    }

    // The state of the last layer, [D,B,H], as [B,D H]: right with lengths too.
    private Tensor LastStep(Tensor hidden)
    {
        int batch = hidden.Shape[1];
        return Bidirectional
            ? hidden.Permute(1, 0, 2).Reshape(batch, 2 * HiddenSize)
            : hidden.Reshape(batch, HiddenSize);
    }
}
