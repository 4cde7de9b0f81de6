using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

/// <summary>A recurrent stack and a call of it, as the random tests draw them.</summary>
internal sealed record RandomConfiguration
{
    private static readonly RecurrentOptions Plain = new();

    public required RnnCell Cell { get; init; }

    public bool ResetAfter { get; init; }

    public required int Input { get; init; }

    public required int Hidden { get; init; }

    public required int Batch { get; init; }

    public required int Steps { get; init; }

    public required int Layers { get; init; }

    public required int Directions { get; init; }

    /// <summary>0: none.</summary>
    public int Projection { get; init; }

    public bool BatchFirst { get; init; }

    public bool Bias { get; init; }

    /// <summary>Between layers.</summary>
    public float Dropout { get; init; }

    public RecurrentOptions Options { get; init; } = new();

    /// <summary>Whether each row has a length of its own, some 0.</summary>
    public bool Lengths { get; init; }

    /// <summary>Whether h0 (and c0) are given.</summary>
    public bool States { get; init; }

    public bool Training { get; init; }

    /// <summary>Which of y, hn and cn have a gradient: bits 0 to 2.</summary>
    public int Gradients { get; init; }

    public int Threads { get; init; } = 1;

    /// <summary>Of numbers and masks.</summary>
    public int Seed { get; init; }

    public bool IsLstm => Cell == RnnCell.Lstm;

    public int Output => Projection > 0 ? Projection : Hidden;

    public int StateRows => Layers * Directions;

    /// <summary>Whether its cells are more than their plain equations; no GPU runs such.</summary>
    public bool HasCellOptions => Projection > 0 || Options != Plain with
    {
        CheckpointSteps = Options.CheckpointSteps,
        NormalizationEpsilon = Options.NormalizationEpsilon,
    };

    /// <summary>The layer, as a user makes it.</summary>
    public RecurrentLayer NewLayer(Device device)
    {
        RecurrentLayer layer = Cell switch
        {
            RnnCell.Lstm => new Lstm(
                Input, Hidden, Layers, Bias, BatchFirst, Dropout, Directions == 2, Projection, Seed,
                device, Options),
            RnnCell.Gru => new Gru(
                Input, Hidden, Layers, Bias, BatchFirst, Dropout, Directions == 2, ResetAfter, Seed,
                device, Options),
            _ => new SimpleRnn(
                Input, Hidden, Layers,
                Cell == RnnCell.RnnRelu ? Activation.Relu : Activation.Tanh, Bias, BatchFirst,
                Dropout, Directions == 2, Seed, device, Options),
        };
        layer.SetTraining(Training);
        return layer;
    }

    /// <summary>The same for the reference, filled in here from the options one by one.</summary>
    public RnnConfig ToConfig()
    {
        GateActivation? output = IsLstm ? Options.OutputActivation ?? Options.Activation : null;
        return new RnnConfig
        {
            Cell = (int)Cell,
            ResetAfter = ResetAfter ? 1 : 0,
            NumLayers = Layers,
            Directions = Directions,
            BatchFirst = BatchFirst ? 1 : 0,
            Bias = Bias ? 1 : 0,
            InputSize = Input,
            HiddenSize = Hidden,
            Dropout = Dropout,
            ProjectionSize = Projection,
            Peephole = Options.Peephole ? 1 : 0,
            Coupled = Options.CoupledGates ? 1 : 0,
            LayerNorm = Options.LayerNormalization ? 1 : 0,
            NormEpsilon = Options.NormalizationEpsilon,
            GateActivation = (int)(Options.RecurrentActivation?.Kind ?? 0),
            GateAlpha = Options.RecurrentActivation?.Alpha ?? 0,
            GateBeta = Options.RecurrentActivation?.Beta ?? 0,
            CandidateActivation = (int)(Options.Activation?.Kind ?? 0),
            CandidateAlpha = Options.Activation?.Alpha ?? 0,
            CandidateBeta = Options.Activation?.Beta ?? 0,
            OutputActivation = (int)(output?.Kind ?? 0),
            OutputAlpha = output?.Alpha ?? 0,
            OutputBeta = output?.Beta ?? 0,
            CellClip = Options.CellClip,
            ProjectionClip = Options.ProjectionClip,
            ZoneoutH = Options.ZoneoutHidden,
            ZoneoutC = Options.ZoneoutCell,
            InputDropout = Options.Dropout,
            RecurrentDropout = Options.RecurrentDropout,
            WeightDropout = Options.WeightDropout,
            Evaluation = Training ? 0 : 1,
        };
    }

    /// <summary>One line that says all that is not at its default.</summary>
    public override string ToString()
    {
        (string Name, object? Value)[] parts =
        [
            ("I", Input), ("H", Hidden), ("B", Batch), ("T", Steps), ("L", Layers),
            ("D", Directions), ("projection", Projection), ("resetAfter", ResetAfter),
            ("batchFirst", BatchFirst), ("bias", Bias), ("dropout", Dropout), ("lengths", Lengths),
            ("states", States), ("training", Training), ("gradients", Gradients),
            ("threads", Threads), ("seed", Seed), ("gates", Text(Options.RecurrentActivation)),
            ("candidate", Text(Options.Activation)), ("output", Text(Options.OutputActivation)),
            ("peephole", Options.Peephole), ("coupled", Options.CoupledGates),
            ("norm", Options.LayerNormalization), ("epsilon", Options.NormalizationEpsilon),
            ("cellClip", Options.CellClip), ("projectionClip", Options.ProjectionClip),
            ("zoneoutH", Options.ZoneoutHidden), ("zoneoutC", Options.ZoneoutCell),
            ("inputDropout", Options.Dropout), ("recurrentDropout", Options.RecurrentDropout),
            ("weightDropout", Options.WeightDropout), ("checkpoint", Options.CheckpointSteps),
        ];
        return $"{Cell} " + string.Join(
            ' ',
            from part in parts
            where part.Value is not (null or false or 0 or 0f)
            select part.Value is true ? part.Name : FormattableString.Invariant(
                $"{part.Name}={part.Value}"));
    }

    private static string? Text(GateActivation? function) => function is null
        ? null
        : FormattableString.Invariant($"{function.Kind}({function.Alpha},{function.Beta})");
}
