namespace NativeRnn.Layers;

/// <summary>
/// What <see cref="IndRnn"/>, <see cref="MinGru"/> and <see cref="MinLstm"/> share: the products with
/// weights don't depend on the state, so that they are one matrix product over all steps, and the
/// recurrence is elementwise; H hidden units in D directions. Stack layers in a
/// <c>Sequential</c>.
/// </summary>
public abstract class ScanLayer : Module
{
    private readonly ScanSettings _settings;
    private readonly long _seed;
    private ScanWeights? _weights;

    private protected ScanLayer(
        ScanSettings settings, int? inputSize, long? seed, Device? device)
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

    /// <summary>Hidden units H of a direction.</summary>
    public int HiddenSize => _settings.HiddenSize;

    /// <summary>Whether the layer also runs backward in time: D is 2, else 1.</summary>
    public bool Bidirectional => _settings.Bidirectional;

    /// <summary>Whether sequences are [B,T,..], else [T,B,..].</summary>
    public bool BatchFirst => _settings.BatchFirst;

    /// <summary>Whether there are biases.</summary>
    public bool Bias => _settings.Bias;

    internal override bool IsBuilt => _weights is not null;

    internal ScanSettings Settings => _settings;

    /// <summary>Runs a whole sequence from a state of zeros.</summary>
    /// <param name="input">
    /// [B,T,I] if <see cref="BatchFirst"/>, else [T,B,I]; T and B at least 1.
    /// </param>
    /// <returns>
    /// The outputs at all steps, [B,T,D H] or [T,B,D H]; a layer made in Keras' way without
    /// returnSequences gives the last step's only, [B,D H].
    /// </returns>
    /// <exception cref="ArgumentException">The input's shape is another one.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, null).Output;

    /// <summary>Runs a whole sequence from a state.</summary>
    /// <param name="input">[B,T,I] if batch-first, else [T,B,I].</param>
    /// <param name="state">h, [D,B,H]; null: zeros.</param>
    /// <param name="lengths">
    /// int32 [B]: the valid steps of each row, 0 to T. Later steps give 0 and leave the state; the
    /// backward direction starts at the last valid step. Null: all are valid.
    /// </param>
    /// <returns>The output as <see cref="Forward(Tensor)"/> gives it, and the state after the last
    /// valid step, [D,B,H].</returns>
    /// <exception cref="ArgumentException">A shape, type or length is wrong.</exception>
    public (Tensor Output, Tensor State) Forward(
        Tensor input, Tensor? state, Tensor? lengths = null)
    {
        Sizes.RequireFloats(input, nameof(input));
        if (input.Rank != 3)
        {
            throw new ArgumentException(
                $"input must be {(BatchFirst ? "[B,T,I]" : "[T,B,I]")}, " +
                $"it is {Sizes.Text(input.Shape)}", nameof(input));
        }

        if (_weights is null)
        {
            Build(Sizes.Require(input.Shape[2], nameof(input)), input.Device);
        }

        if (input.Shape[2] != InputSize || input.Length == 0)
        {
            throw new ArgumentException(
                $"input is {Sizes.Text(input.Shape)}; its last size must be {InputSize}, the " +
                "others at least 1", nameof(input));
        }

        (Tensor output, Tensor last) =
            new ScanRun(_settings, _weights!, input, state, lengths).Forward();
        return (_settings.ReturnSequences ? output : LastStep(last), last);
    }

    /// <inheritdoc/>
    /// <remarks>Steps that don't count are not run: their outputs are 0, the state passes them by.
    /// </remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask)
    {
        SequenceMask? next = _settings.ReturnSequences ? mask : null;
        if (mask is null or { IsFull: true })
        {
            return new MaskedTensor(Forward(input), next);
        }

        ArgumentNullException.ThrowIfNull(input);
        int axis = BatchFirst ? 0 : 1;
        if (input.Rank != 3 || input.Shape[axis] != mask.Batch || input.Shape[1 - axis] != mask.Steps)
        {
            throw new ArgumentException(
                $"mask is of {mask.Batch} sequences of {mask.Steps} steps, input is " +
                $"{Sizes.Text(input.Shape)}", nameof(mask));
        }

        StepOrder? order = mask.IsRightPadded ? null : new StepOrder(mask, reversed: false);
        Tensor x = order is null ? input : order.ToFront(input, BatchFirst);
        Tensor output = Forward(x, null, mask.LengthsOn(input.Device)).Output;
        return new MaskedTensor(
            order is null || next is null ? output : order.FromFront(output, BatchFirst), next);
    }

    /// <summary>Makes the parameters.</summary>
    internal void Build(int inputSize, Device device)
    {
        InputSize = inputSize;
        ScanWeights weights = new(_settings, inputSize, device, _seed);
        Register(weights.Weight);
        if (weights.Bias is not null)
        {
            Register(weights.Bias);
        }

        if (weights.Recurrent is not null)
        {
            Register(weights.Recurrent);
        }

        _weights = weights;
    }

    // The state, [D,B,H], as [B,D H]: right with lengths too.
    private Tensor LastStep(Tensor state)
    {
        int batch = state.Shape[1];
        return Bidirectional
            ? state.Permute(1, 0, 2).Reshape(batch, 2 * HiddenSize)
            : state.Reshape(batch, HiddenSize);
    }
}
