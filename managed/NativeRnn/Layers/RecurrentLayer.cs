namespace NativeRnn.Layers;

/// <summary>
/// What <see cref="Lstm"/>, <see cref="Gru"/> and <see cref="SimpleRnn"/> share: a stack of L layers
/// in D directions with H hidden units each, run over whole sequences. All weights lie in one
/// parameter, with PyTorch's names for its parts.
/// </summary>
public abstract partial class RecurrentLayer : Module
{
    private readonly RecurrentSettings _settings;
    private long _seed;
    private RnnPlan? _plan;
    private Parameter? _weights;
    private Parameter? _h0;
    private Parameter? _c0;
    private CheckpointedStack? _checkpointed;
    private RecurrentState? _carried;
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

    /// <summary>Whether it starts at the last step.</summary>
    public bool GoBackwards => _settings.Options.GoBackwards;

    /// <summary>Whether a batch starts where the one before ended.</summary>
    public bool Stateful => _settings.Options.Stateful;

    /// <summary>
    /// The state after the last <c>Forward(input)</c> of a layer with returnState; else null. Made
    /// while a tape is on, it is recorded and ends with the tape.
    /// </summary>
    public RecurrentState? LastState { get; private set; }

    internal override bool IsBuilt => _plan is not null;

    /// <summary>The device of the weights; null before there are any.</summary>
    internal Device? BuiltOn => _plan?.Device;

    internal RecurrentSettings Settings => _settings;

    /// <summary>Runs a whole sequence from a state of zeros.</summary>
    /// <param name="input">
    /// [B,T,I] if <see cref="BatchFirst"/>, else [T,B,I]; T and B at least 1.
    /// </param>
    /// <returns>
    /// The outputs of the last layer at all steps, [B,T,D H] or [T,B,D H]; a layer made in Keras'
    /// way without returnSequences gives the last step's only, [B,D H].
    /// </returns>
    public override Tensor Forward(Tensor input) => RunMasked(input, null);

    /// <summary>Runs packed sequences from a state of zeros, as in PyTorch.</summary>
    /// <param name="input">Sequences of steps [I].</param>
    /// <returns>The outputs, packed in the same way.</returns>
    /// <exception cref="InvalidOperationException">The layer gives the last step only.</exception>
    public PackedSequence Forward(PackedSequence input) => RunPacked(input, null).Output;

    /// <inheritdoc/>
    /// <remarks>Steps that don't count are not run: their outputs are 0, the state passes them by.
    /// </remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask) =>
        new(RunMasked(input, mask), _settings.ReturnSequences ? mask : null);

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
    /// The layer is bidirectional or goes backwards: it would need the steps to come. Or its cells
    /// have a projection or <see cref="RecurrentOptions"/>, which streams do not run.
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

        if (GoBackwards)
        {
            throw new NotSupportedException(
                "a layer that goes backwards can't run step by step: it starts at the last step");
        }

        return new RnnWeights(_settings, _plan, InputSize, _weights!.Value, storage);
    }

    /// <summary>A layer of the same settings with weights of its own.</summary>
    internal abstract RecurrentLayer Twin(long seed);

    /// <inheritdoc cref="Twin(long)"/>
    internal RecurrentLayer Twin() => Twin(RandomStream.Mix(_seed, -1));

    internal override object? Carried
    {
        get => _carried;
        set => _carried = (RecurrentState?)value;
    }

    internal override void ForgetState() => _carried = null;

    /// <inheritdoc/>
    protected internal override void SaveTrainingState(TrainingState state)
    {
        base.SaveTrainingState(state);
        state.Set("seed", _seed);
        state.Set("calls", _calls);
        if (_carried is RecurrentState carried)
        {
            state.Set("carried_h", carried.Hidden);
            if (carried.Cell is Tensor cell)
            {
                state.Set("carried_c", cell);
            }
        }
    }

    /// <inheritdoc/>
    protected internal override void LoadTrainingState(TrainingState state)
    {
        base.LoadTrainingState(state);
        _seed = state.GetInt64("seed");
        _calls = state.GetInt64("calls");
        _carried = state.Contains("carried_h")
            ? new RecurrentState(
                state.GetTensor("carried_h"),
                state.Contains("carried_c") ? state.GetTensor("carried_c") : null)
            : null;
    }

    /// <summary>Makes the parameters, unless they are there.</summary>
    internal void Build(int inputSize, Device device)
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
        if (_settings.Options.LearnedInitialState)
        {
            _h0 = Register(new Parameter("h0", Zeros(_settings.OutputSize, 1, device)));
            _c0 = _settings.Cell == RnnCell.Lstm
                ? Register(new Parameter("c0", Zeros(HiddenSize, 1, device)))
                : null;
        }

        _plan = plan;
        InputSize = inputSize;
    }

    // A part of a state, of all layers and directions.
    private Tensor Zeros(int width, int batch, Device device) =>
        Tensor.NewOwned([NumLayers * _settings.Directions, batch, width], device);
}
