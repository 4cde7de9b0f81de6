using CsCheck;
using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

/// <summary>Draws <see cref="RandomConfiguration"/>s. Each part shrinks towards "off".</summary>
internal static class RandomConfigurations
{
    private const int Largest = 70;

    // Multiplications of a forward pass, at most: what the reference runs in some hundredths of a
    // second.
    private const double MostWork = 1e6;

    private static readonly GateActivation[] Bounded =
    [
        GateActivation.Sigmoid, GateActivation.Tanh, GateActivation.Softsign,
        GateActivation.HardSigmoid(), GateActivation.HardSigmoid(1 / 6f),
    ];

    private static readonly GateActivation[] Unbounded =
    [
        GateActivation.Relu, GateActivation.Affine(0.75f, 0.125f), GateActivation.Elu(),
        GateActivation.Elu(0.5f),
    ];

    private static readonly Gen<int> Size = Gen.Int[1, Largest];

    // Gates without a bound let the state, and the roundings with it, grow from step to step.
    private static readonly Gen<GateActivation?> Gate = OneOf(Bounded);

    private static readonly Gen<GateActivation?> Function = OneOf([.. Bounded, .. Unbounded]);

    private static readonly Gen<RandomConfiguration> Shape = Gen.Select(
        Gen.Int[0, 4], Size, Size, Size, Size, Gen.Int[1, 3], Gen.Int[1, 2], Gen.Bool,
        (cell, input, hidden, batch, steps, layers, directions, longSteps) => Smaller(
            new RandomConfiguration
            {
                Cell = cell == 4 ? RnnCell.Gru : (RnnCell)cell,
                ResetAfter = cell == 4,
                Input = input,
                Hidden = hidden,
                Batch = batch,
                Steps = steps,
                Layers = layers,
                Directions = directions,
            },
            longSteps));

    private static readonly Gen<RandomConfiguration> Call = Gen.Select(
        Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 4], Gen.Int[1, 7], Gen.Int[1, 3],
        Gen.Int[0, 1_000_000],
        (batchFirst, noBias, lengths, states, evaluation, gradients, threads, seed) =>
            new RandomConfiguration
            {
                Cell = RnnCell.Lstm,
                Input = 1,
                Hidden = 1,
                Batch = 1,
                Steps = 1,
                Layers = 1,
                Directions = 1,
                BatchFirst = batchFirst,
                Bias = !noBias,
                Lengths = lengths,
                States = states,
                Training = evaluation < 4,
                Gradients = gradients,
                Threads = threads,
                Seed = seed,
            });

    private static readonly Gen<RecurrentOptions> AnyCell = Gen.Select(
        Gate, Function, Gen.Bool, Sometimes(0.25f),
        (gate, candidate, normalized, zoneout) => new RecurrentOptions
        {
            RecurrentActivation = gate,
            Activation = candidate,
            LayerNormalization = normalized,
            // Normalisation multiplies roundings by up to 1 / sqrt(epsilon): few units may have
            // next to no variance.
            NormalizationEpsilon = 0.05f,
            ZoneoutHidden = zoneout,
        });

    // Rates: of dropout between layers, on inputs, on h' and on W_hh.
    private static readonly Gen<(float Layers, float Input, float Recurrent, float Weights)> Rates =
        Gen.Select(Sometimes(0.4f), Sometimes(0.3f), Sometimes(0.2f), Sometimes(0.4f));

    private static readonly Gen<RecurrentOptions> LstmOnly = Gen.Select(
        Function, Gen.Bool, Gen.Bool, Sometimes(0.3f), Sometimes(0.25f), Sometimes(0.05f),
        (output, peephole, coupled, clip, zoneout, projectionClip) => new RecurrentOptions
        {
            OutputActivation = output,
            Peephole = peephole,
            CoupledGates = coupled,
            CellClip = clip,
            ZoneoutCell = zoneout,
            ProjectionClip = projectionClip,
        });

    /// <summary>All of them: plain cells in one of four, else with options.</summary>
    public static Gen<RandomConfiguration> All { get; } = Gen.Select(
        Shape, Call, AnyCell, Rates, LstmOnly, Gen.Int[0, 3], Gen.Int[-Largest, Largest],
        Gen.Int[-6, 8],
        (shape, call, any, rates, lstm, plain, projection, checkpoint) =>
        {
            RandomConfiguration drawn = call with
            {
                Cell = shape.Cell,
                ResetAfter = shape.ResetAfter,
                Input = shape.Input,
                Hidden = shape.Hidden,
                Batch = shape.Batch,
                Steps = shape.Steps,
                Layers = shape.Layers,
                Directions = shape.Directions,
                Dropout = rates.Layers,
            };
            drawn = plain == 0 ? drawn : WithOptions(drawn, any, rates, lstm, projection);
            return WithCheckpoints(drawn, checkpoint);
        });

    private static RandomConfiguration WithOptions(
        RandomConfiguration drawn,
        RecurrentOptions any,
        (float Layers, float Input, float Recurrent, float Weights) rates,
        RecurrentOptions lstm,
        int projection)
    {
        bool gated = drawn.Cell is RnnCell.Lstm or RnnCell.Gru;
        RecurrentOptions options = any with
        {
            RecurrentActivation = gated ? any.RecurrentActivation : null,
            Dropout = rates.Input,
            RecurrentDropout = rates.Recurrent,
            WeightDropout = rates.Weights,
        };
        if (!drawn.IsLstm)
        {
            return drawn with { Options = options };
        }

        int projected = projection > 0 && drawn.Hidden > 1 ? 1 + (projection % (drawn.Hidden - 1)) : 0;
        return drawn with
        {
            Projection = projected,
            Options = options with
            {
                OutputActivation = lstm.OutputActivation,
                Peephole = lstm.Peephole,
                CoupledGates = lstm.CoupledGates,
                CellClip = lstm.CellClip,
                ZoneoutCell = lstm.ZoneoutCell,
                ProjectionClip = projected > 0 ? lstm.ProjectionClip : 0,
            },
        };
    }

    // Parts of a sequence draw masks of their own, so only without any, and not where a layer refuses
    // checkpoints.
    private static RandomConfiguration WithCheckpoints(RandomConfiguration drawn, int steps)
    {
        RecurrentOptions options = drawn.Options;
        bool draws = drawn.Training && (drawn.Dropout > 0 || options.ActsInTraining);
        bool bySteps = drawn.Dropout > 0 || options.ZoneoutHidden > 0 || options.ZoneoutCell > 0;
        bool refused = options.ActsInTraining
            && (drawn.Directions == 2 || (bySteps && options.DropsBySequences));
        return steps < 0 || draws || refused
            ? drawn
            : drawn with { Options = drawn.Options with { CheckpointSteps = steps } };
    }

    // Fewer rows or fewer steps, until the work is small enough.
    private static RandomConfiguration Smaller(RandomConfiguration drawn, bool longSteps)
    {
        double inputs = drawn.Input + ((drawn.Layers - 1) * drawn.Directions * drawn.Hidden)
            + (drawn.Layers * drawn.Hidden);
        double work = 4 * drawn.Hidden * drawn.Directions * inputs;
        int most = (int)Math.Max(1, MostWork / work);
        return longSteps
            ? drawn with
            {
                Steps = Math.Min(drawn.Steps, most),
                Batch = Math.Clamp(most / Math.Min(drawn.Steps, most), 1, drawn.Batch),
            }
            : drawn with
            {
                Batch = Math.Min(drawn.Batch, most),
                Steps = Math.Clamp(most / Math.Min(drawn.Batch, most), 1, drawn.Steps),
            };
    }

    private static Gen<float> Sometimes(float value) =>
        Gen.Int[0, 2].Select(drawn => drawn == 2 ? value : 0);

    // The cell's own in one of two.
    private static Gen<GateActivation?> OneOf(GateActivation[] functions) =>
        Gen.Int[-functions.Length, functions.Length - 1].Select(
            drawn => drawn < 0 ? null : functions[drawn]);
}
