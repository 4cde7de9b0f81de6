namespace NativeRnn.Layers;

/// <summary>
/// What <see cref="LstmCell"/>, <see cref="GruCell"/> and <see cref="SimpleRnnCell"/> share: one step
/// of one layer, on the kernels of the whole-sequence layers. The weights lie in one parameter, with
/// the names of PyTorch's cells for its parts, and start as PyTorch's.
/// </summary>
public abstract class FusedCell : RecurrentCell
{
    private readonly RecurrentSettings _settings;
    private readonly RnnPlan _plan;
    private readonly Parameter _weights;

    private protected FusedCell(
        RecurrentSettings settings, int inputSize, long? seed, Device? device)
    {
        const string Suffix = "_l0";
        _settings = settings.Checked("hiddenSize");
        settings.RequireNoDrops();
        InputSize = Sizes.Require(inputSize, nameof(inputSize));
        _plan = new RnnPlan(device ?? Device.Default, settings, inputSize);
        IReadOnlyList<ParameterView> views = _plan.Views();
        Tensor weights = Tensor.NewOwned([checked((int)_plan.ParamsLength)], _plan.Device);
        weights.Write(Initializers.Recurrent(_plan, settings, views, seed ?? RandomSeed.Next()));
        _weights = Register(new Parameter(
            "weights",
            weights,
            [.. views.Select(view => view with
            {
                Name = view.Name.Replace(Suffix, string.Empty, StringComparison.Ordinal),
            })]));
    }

    /// <summary>Numbers that come in, I.</summary>
    public int InputSize { get; }

    /// <summary>Hidden units H.</summary>
    public int HiddenSize => _settings.HiddenSize;

    /// <summary>Whether there are biases.</summary>
    public bool Bias => _settings.Bias;

    /// <inheritdoc/>
    public override IReadOnlyList<int> StateSizes => _settings.Cell == RnnCell.Lstm
        ? [_settings.OutputSize, HiddenSize]
        : [_settings.OutputSize];

    /// <summary>Computes one step from a state of zeros.</summary>
    /// <param name="input">[B,I].</param>
    /// <returns>h, [B,H].</returns>
    public override Tensor Forward(Tensor input) => Run(input, null).Hidden;

    /// <inheritdoc/>
    public override CellOutput Step(Tensor x, IReadOnlyList<Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Count != StateSizes.Count)
        {
            throw new ArgumentException(
                $"the state has {state.Count} tensors, needs {StateSizes.Count}", nameof(state));
        }

        bool hasCell = state.Count > 1;
        RecurrentState next = Run(x, new RecurrentState(state[0], hasCell ? state[1] : null));
        return new CellOutput(next.Hidden, hasCell ? [next.Hidden, next.Cell!] : [next.Hidden]);
    }

    internal RecurrentSettings Settings => _settings;

    private protected Device BuiltOn => _plan.Device;

    /// <summary>One step, on [B,I] and [B,H].</summary>
    private protected RecurrentState Run(Tensor input, RecurrentState? state)
    {
        Sizes.RequireFloats(input, nameof(input));
        if (input.Rank != 2 || input.Shape[1] != InputSize || input.Length == 0)
        {
            throw new ArgumentException(
                $"input is {Sizes.Text(input.Shape)}; it must be [B,{InputSize}], B at least 1",
                nameof(input));
        }

        int batch = input.Shape[0];
        RecurrentState? start = state is RecurrentState given
            ? new RecurrentState(
                OneLayer(given.Hidden, batch, _settings.OutputSize),
                _settings.Cell == RnnCell.Lstm ? OneLayer(given.Cell!, batch, HiddenSize) : null)
            : null;
        RecurrentState next = new RecurrentCall(
            _settings, _plan, _weights.Value, input.Reshape(1, batch, InputSize), start, null)
            .Run(dropout: false, seed: 0, stateLeaves: true).State;
        return new RecurrentState(
            next.Hidden.Reshape(batch, _settings.OutputSize), next.Cell?.Reshape(batch, HiddenSize));
    }

    private static Tensor OneLayer(Tensor state, int batch, int width)
    {
        Sizes.RequireFloats(state, nameof(state));
        Sizes.RequireShape(state, [batch, width], nameof(state));
        return state.Reshape(1, batch, width);
    }
}
