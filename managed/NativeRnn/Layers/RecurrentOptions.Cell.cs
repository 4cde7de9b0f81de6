using System.Globalization;
using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <content>What happens within a cell, at each step.</content>
public sealed partial record RecurrentOptions
{
    /// <summary>
    /// Of the gates: i f o of an LSTM, r z of a GRU; Keras' <c>recurrent_activation</c>. Null:
    /// sigmoid.
    /// </summary>
    public GateActivation? RecurrentActivation { get; init; }

    /// <summary>
    /// Of the candidate: g of an LSTM, n of a GRU, h of a <see cref="SimpleRnn"/>, in place of the
    /// layer's own; and of an LSTM's cell state unless <see cref="OutputActivation"/> is given.
    /// Keras' <c>activation</c>. Null: tanh, or what the layer was made with.
    /// </summary>
    public GateActivation? Activation { get; init; }

    /// <summary>
    /// LSTM: of the cell state in h = o tanh(c). Null: as <see cref="Activation"/>.
    /// </summary>
    public GateActivation? OutputActivation { get; init; }

    /// <summary>
    /// LSTM: gates see the cell state through a weight for each unit (Gers 2002): i and f that of
    /// the step before, o the new one. Parameter <c>weight_peephole_l0</c>, [3 H] for i f o.
    /// </summary>
    public bool Peephole { get; init; }

    /// <summary>
    /// LSTM: i = 1 - f, three gates f g o; ONNX's input_forget. Peepholes are [2 H] for f o.
    /// </summary>
    public bool CoupledGates { get; init; }

    /// <summary>
    /// Layer normalisation (Ba 2016): each gate's product with x and its product with h' are
    /// normalised over the H units, each by itself, with a gain (<c>weight_norm_ih_l0</c>,
    /// <c>weight_norm_hh_l0</c>, [G H]) and the layer's bias; of an LSTM also the cell state before
    /// its activation (<c>weight_norm_cell_l0</c>, <c>bias_norm_cell_l0</c>, [H]).
    /// </summary>
    public bool LayerNormalization { get; init; }

    /// <summary>Added to the variances under <see cref="LayerNormalization"/>, above 0.</summary>
    public float NormalizationEpsilon { get; init; } = 1e-5f;

    /// <summary>
    /// LSTM: the cell state is limited to [-CellClip, CellClip] before o and h see it. The gradient
    /// of what was limited is 0, as in TensorFlow. 0: no limit.
    /// </summary>
    public float CellClip { get; init; }

    /// <summary>LSTM with a projection: the same for h. 0: no limit.</summary>
    public float ProjectionClip { get; init; }

    /// <summary>
    /// Zoneout (Krueger 2017): the rate, in [0, 1), at which an element of h keeps its value of the
    /// step before in training. Otherwise h is the expectation.
    /// </summary>
    public float ZoneoutHidden { get; init; }

    /// <summary>LSTM: the same for the cell state.</summary>
    public float ZoneoutCell { get; init; }

    /// <summary>
    /// Dropout on the input of every layer, in training, in [0, 1), with one mask for a sequence,
    /// the same at all its steps (Gal 2016); Keras' <c>dropout</c>.
    /// </summary>
    public float Dropout { get; init; }

    /// <summary>
    /// Dropout on h' where W_hh multiplies it, in training, in [0, 1), with one mask for a sequence
    /// (Gal 2016); Keras' <c>recurrent_dropout</c>.
    /// </summary>
    public float RecurrentDropout { get; init; }

    /// <summary>
    /// DropConnect on the elements of W_hh, in training, in [0, 1), with one mask for a call
    /// (Merity 2018).
    /// </summary>
    public float WeightDropout { get; init; }

    /// <summary>Whether training and evaluation differ.</summary>
    internal bool ActsInTraining =>
        ZoneoutHidden > 0 || ZoneoutCell > 0 || Dropout > 0 || RecurrentDropout > 0
        || WeightDropout > 0;

    /// <summary>Whether there is a mask that is the same at all steps.</summary>
    internal bool DropsBySequences => Dropout > 0 || RecurrentDropout > 0 || WeightDropout > 0;

    /// <summary>The rates that are not 0: "ZoneoutHidden = 0.1, Dropout = 0.5".</summary>
    internal string ActiveInTraining => string.Join(", ", new[]
    {
        (Name: nameof(ZoneoutHidden), Rate: ZoneoutHidden),
        (Name: nameof(ZoneoutCell), Rate: ZoneoutCell),
        (Name: nameof(Dropout), Rate: Dropout),
        (Name: nameof(RecurrentDropout), Rate: RecurrentDropout),
        (Name: nameof(WeightDropout), Rate: WeightDropout),
    }.Where(set => set.Rate > 0).Select(
        set => string.Create(CultureInfo.InvariantCulture, $"{set.Name} = {set.Rate}")));

    /// <summary>Throws unless the values are in range and the cell has what is asked for.</summary>
    internal void Check(RnnCell cell, bool projects)
    {
        Sizes.RequireRate(ZoneoutHidden, Name(nameof(ZoneoutHidden)));
        Sizes.RequireRate(ZoneoutCell, Name(nameof(ZoneoutCell)));
        Sizes.RequireRate(Dropout, Name(nameof(Dropout)));
        Sizes.RequireRate(RecurrentDropout, Name(nameof(RecurrentDropout)));
        Sizes.RequireRate(WeightDropout, Name(nameof(WeightDropout)));
        RequireLimit(CellClip, nameof(CellClip));
        RequireLimit(ProjectionClip, nameof(ProjectionClip));
        if (!(NormalizationEpsilon > 0 && float.IsFinite(NormalizationEpsilon)))
        {
            throw new ArgumentOutOfRangeException(
                Name(nameof(NormalizationEpsilon)), NormalizationEpsilon,
                $"{Name(nameof(NormalizationEpsilon))} must be above 0 and finite");
        }

        RequireLstm(cell, Peephole, nameof(Peephole));
        RequireLstm(cell, CoupledGates, nameof(CoupledGates));
        RequireLstm(cell, CellClip > 0, nameof(CellClip));
        RequireLstm(cell, ZoneoutCell > 0, nameof(ZoneoutCell));
        RequireLstm(cell, OutputActivation is not null, nameof(OutputActivation));
        Require(
            ProjectionClip == 0 || projects, nameof(ProjectionClip), "the layer has no projection");
        Require(
            RecurrentActivation is null || cell is RnnCell.Lstm or RnnCell.Gru,
            nameof(RecurrentActivation), "SimpleRnn has no gates");
    }

    internal void Apply(RnnCell cell, ref RnnConfig config)
    {
        GateActivation? output = cell == RnnCell.Lstm ? OutputActivation ?? Activation : null;
        config.Peephole = Peephole ? 1 : 0;
        config.Coupled = CoupledGates ? 1 : 0;
        config.LayerNorm = LayerNormalization ? 1 : 0;
        config.NormEpsilon = NormalizationEpsilon;
        config.GateActivation = KindOf(RecurrentActivation);
        config.GateAlpha = RecurrentActivation?.Alpha ?? 0;
        config.GateBeta = RecurrentActivation?.Beta ?? 0;
        config.CandidateActivation = KindOf(Activation);
        config.CandidateAlpha = Activation?.Alpha ?? 0;
        config.CandidateBeta = Activation?.Beta ?? 0;
        config.OutputActivation = KindOf(output);
        config.OutputAlpha = output?.Alpha ?? 0;
        config.OutputBeta = output?.Beta ?? 0;
        config.CellClip = CellClip;
        config.ProjectionClip = ProjectionClip;
        config.ZoneoutH = ZoneoutHidden;
        config.ZoneoutC = ZoneoutCell;
        config.InputDropout = Dropout;
        config.RecurrentDropout = RecurrentDropout;
        config.WeightDropout = WeightDropout;
    }

    private static int KindOf(GateActivation? activation) =>
        (int)(activation?.Kind ?? NrnnActivation.Default);

    private static string Name(string property) => $"options.{property}";

    private static void RequireLimit(float limit, string property)
    {
        if (!(limit >= 0 && float.IsFinite(limit)))
        {
            throw new ArgumentOutOfRangeException(
                Name(property), limit, $"{Name(property)} must be at least 0 and finite");
        }
    }

    private static void RequireLstm(RnnCell cell, bool set, string property) =>
        Require(!set || cell == RnnCell.Lstm, property, "only Lstm has it");

    private static void Require(bool right, string property, string reason)
    {
        if (!right)
        {
            throw new ArgumentException($"{Name(property)} is set: {reason}", Name(property));
        }
    }
}
