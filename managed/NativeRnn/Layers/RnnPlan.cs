using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// The native plan of a recurrent layer on its device, made once: its parameters' layout and what
/// runs it.
/// </summary>
internal sealed class RnnPlan
{
    private readonly RecurrentSettings _settings;
    private readonly int _inputSize;
    private readonly RnnHandle _plan;
    private RnnHandle? _planOfEvaluation;

    internal RnnPlan(Device device, RecurrentSettings settings, int inputSize)
    {
        Device = device;
        _settings = settings;
        _inputSize = inputSize;
        _plan = Ops.RnnCreate(device, settings.ToConfig(inputSize, evaluation: false));
        ParamsLength = Ops.RnnParamsLength(_plan);
    }

    internal Device Device { get; }

    internal long ParamsLength { get; }

    /// <summary>
    /// The plan to run. With a reserve the plan drops; an evaluation that needs gradients takes
    /// a second plan that doesn't.
    /// </summary>
    internal RnnHandle Choose(bool reserve, bool dropout) =>
        !reserve || dropout || !_settings.Drops
            ? _plan
            : _planOfEvaluation ??= Ops.RnnCreate(
                Device, _settings.ToConfig(_inputSize, evaluation: true));

    internal static int ReserveLength(RnnHandle plan, int steps, int batch)
    {
        long length = Ops.RnnReserveLength(plan, steps, batch);
        return length <= int.MaxValue ? (int)length : throw new NotSupportedException(
            $"the backward pass over {steps} steps of {batch} rows needs to keep {length} numbers, " +
            $"at most {int.MaxValue} are possible: take shorter sequences or smaller batches, or set " +
            "RecurrentOptions.CheckpointSteps");
    }

    /// <summary>The weights packed for streams.</summary>
    internal WeightsHandle Pack(Tensor weights, WeightStorage storage) =>
        Ops.WeightsPack(_plan, weights, (NrnnWeightStorage)storage);

    /// <summary>The named parts of the parameters, in their order in memory.</summary>
    internal IReadOnlyList<ParameterView> Views()
    {
        List<ParameterView> views = [];
        foreach ((int layer, int direction, NrnnWeightKind kind) in Weights())
        {
            RnnWeightLocation at = Ops.RnnLocateWeight(_plan, layer, direction, kind);
            int[] shape = kind is NrnnWeightKind.Ih or NrnnWeightKind.Hh or NrnnWeightKind.Hr
                ? [(int)at.Rows, (int)at.Columns]
                : [(int)at.Rows];
            string suffix = direction == 0 ? string.Empty : "_reverse";
            views.Add(new ParameterView($"{NameOf(kind)}_l{layer}{suffix}", checked((int)at.Offset), shape));
        }

        return views;
    }

    private IEnumerable<(int Layer, int Direction, NrnnWeightKind Kind)> Weights()
    {
        List<NrnnWeightKind> kinds = [NrnnWeightKind.Ih, NrnnWeightKind.Hh];
        void Add(bool has, params ReadOnlySpan<NrnnWeightKind> more)
        {
            if (has)
            {
                kinds.AddRange(more);
            }
        }

        bool norm = _settings.Options.LayerNormalization;
        Add(_settings.Bias, NrnnWeightKind.BiasIh, NrnnWeightKind.BiasHh);
        Add(_settings.ProjectionSize > 0, NrnnWeightKind.Hr);
        Add(_settings.Options.Peephole, NrnnWeightKind.Peephole);
        Add(norm, NrnnWeightKind.NormIh, NrnnWeightKind.NormHh);
        Add(
            norm && _settings.Cell == RnnCell.Lstm,
            NrnnWeightKind.NormCell, NrnnWeightKind.NormCellBias);
        return from layer in Enumerable.Range(0, _settings.NumLayers)
               from direction in Enumerable.Range(0, _settings.Directions)
               from kind in kinds
               select (layer, direction, kind);
    }

    // PyTorch's names, and names like them for what it has not.
    private static string NameOf(NrnnWeightKind kind) => kind switch
    {
        NrnnWeightKind.Ih => "weight_ih",
        NrnnWeightKind.Hh => "weight_hh",
        NrnnWeightKind.BiasIh => "bias_ih",
        NrnnWeightKind.BiasHh => "bias_hh",
        NrnnWeightKind.Hr => "weight_hr",
        NrnnWeightKind.Peephole => "weight_peephole",
        NrnnWeightKind.NormIh => "weight_norm_ih",
        NrnnWeightKind.NormHh => "weight_norm_hh",
        NrnnWeightKind.NormCell => "weight_norm_cell",
        _ => "bias_norm_cell",
    };
}
