using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Training;

namespace NativeRnn.Tests.Models.Onnx;

/// <summary>Recurrent layers of all kinds.</summary>
internal static class OnnxRecurrentCases
{
    private const int Hidden = 5;

    public static IEnumerable<KeyValuePair<string, Func<OnnxCase>>> All() =>
        [.. Grid(), .. Settings(), .. Options(), .. States(), .. Wrapped()];

    /// <summary>Masks that layers find in numbers: their steps are sorted, which takes operators of its own.</summary>
    public static Dictionary<string, Func<OnnxCase>> Masked() => new()
    {
        ["masking, lstm backwards, time distributed, dense"] = () => OnnxCase.Of(new Sequential(
            new Masking(),
            new Lstm(Hidden, returnSequences: true, goBackwards: true, seed: 1),
            new TimeDistributed(new Dense(4, seed: 2)),
            new Gru(Hidden, seed: 3)), OnnxCase.Padded),
        ["masking, both directions, pooling"] = () => OnnxCase.Of(new Sequential(
            new Masking(),
            new Bidirectional(new SimpleRnn(Hidden, returnSequences: true, seed: 1)),
            new Lstm(Hidden, returnSequences: true, bidirectional: true, seed: 2),
            new GlobalMaxPool1d()), OnnxCase.Padded),
        ["masked embedding, gru, attention"] = () => OnnxCase.Of(new Sequential(
            new Embedding(10, 6, maskZero: true, seed: 1),
            new Gru(6, returnSequences: true, seed: 2),
            new MultiHeadAttention(6, 2, seed: 3),
            new GlobalAveragePool1d()), OnnxCase.Tokens),
    };

    private static Dictionary<string, Func<OnnxCase>> Grid()
    {
        Dictionary<string, Func<OnnxCase>> all = [];
        foreach (RnnCell cell in Enum.GetValues<RnnCell>())
        {
            foreach ((int layers, bool both) in new[] { (1, false), (1, true), (2, false), (3, true) })
            {
                all[$"{cell}, {layers} layers, {(both ? "two directions" : "one direction")}"] =
                    () => OnnxCase.Of(Make(cell, layers, both), OnnxCase.TimeMajor);
            }
        }

        return all;
    }

    private static RecurrentLayer Make(RnnCell cell, int layers, bool both) => cell switch
    {
        RnnCell.Lstm => new Lstm(6, Hidden, layers, bidirectional: both, seed: 1),
        RnnCell.Gru => new Gru(6, Hidden, layers, bidirectional: both, seed: 1),
        RnnCell.RnnTanh => new SimpleRnn(6, Hidden, layers, bidirectional: both, seed: 1),
        _ => new SimpleRnn(6, Hidden, layers, Activation.Relu, bidirectional: both, seed: 1),
    };

    private static Dictionary<string, Func<OnnxCase>> Settings() => new()
    {
        ["lstm, no bias, batch first"] =
            () => OnnxCase.Of(new Lstm(6, Hidden, bias: false, batchFirst: true, seed: 1)),
        ["gru, no bias, batch first, two directions, dropout"] = () => OnnxCase.Of(new Gru(
            6, Hidden, 2, bias: false, batchFirst: true, dropout: 0.5f, bidirectional: true, seed: 1)),
        ["simple rnn, no bias, batch first"] =
            () => OnnxCase.Of(new SimpleRnn(6, Hidden, bias: false, batchFirst: true, seed: 1)),
        ["gru, reset before"] =
            () => OnnxCase.Of(new Gru(6, Hidden, 2, batchFirst: true, resetAfter: false, seed: 1)),
        ["lstm, last step"] = () => OnnxCase.Of(new Lstm(Hidden, seed: 1)),
        ["gru, last step, two directions"] = () => OnnxCase.Of(new Gru(Hidden, bidirectional: true, seed: 1)),
        ["simple rnn, last step"] = () => OnnxCase.Of(new SimpleRnn(Hidden, seed: 1)),
        ["lstm, backwards"] = () => OnnxCase.Of(new Lstm(Hidden, returnSequences: true, goBackwards: true, seed: 1)),
        ["gru, backwards, last step"] = () => OnnxCase.Of(new Gru(Hidden, goBackwards: true, seed: 1)),
    };

    private static Dictionary<string, Func<OnnxCase>> Options() => new()
    {
        ["lstm, hard sigmoid of Keras 2"] = () => Lstm(
            new RecurrentOptions { RecurrentActivation = GateActivation.HardSigmoid() }),
        ["lstm, hard sigmoid of Keras 3, two directions"] = () => Lstm(
            new RecurrentOptions { RecurrentActivation = GateActivation.HardSigmoid(1 / 6f) }, bidirectional: true),
        ["gru, hard sigmoid, reset before"] = () => OnnxCase.Of(new Gru(
            6, Hidden, batchFirst: true, resetAfter: false, seed: 1, options: new RecurrentOptions
            {
                RecurrentActivation = GateActivation.HardSigmoid(),
            })),
        ["lstm, softsign candidate, relu output"] = () => Lstm(new RecurrentOptions
        {
            Activation = GateActivation.Softsign,
            OutputActivation = GateActivation.Relu,
        }),
        ["simple rnn, elu"] = () => OnnxCase.Of(new SimpleRnn(
            6, Hidden, batchFirst: true, seed: 1,
            options: new RecurrentOptions { Activation = GateActivation.Elu(0.7f) })),
        ["simple rnn, affine, two directions"] = () => OnnxCase.Of(new SimpleRnn(
            6, Hidden, batchFirst: true, bidirectional: true, seed: 1,
            options: new RecurrentOptions { Activation = GateActivation.Affine(0.5f, 0.1f) })),
        ["lstm, peepholes, two directions"] = () => Lstm(new RecurrentOptions { Peephole = true }, bidirectional: true),
        ["lstm, coupled gates"] = () => Lstm(new RecurrentOptions { CoupledGates = true }),
        ["lstm, coupled gates, peepholes, hard sigmoid"] = () => Lstm(new RecurrentOptions
        {
            CoupledGates = true,
            Peephole = true,
            RecurrentActivation = GateActivation.HardSigmoid(),
        }),
        ["lstm, options of training"] = () => Lstm(new RecurrentOptions
        {
            Dropout = 0.5f,
            RecurrentDropout = 0.5f,
            WeightDropout = 0.5f,
        }),
        ["lstm, directions added"] = () => Merged(MergeMode.Sum),
        ["lstm, directions multiplied"] = () => Merged(MergeMode.Mul),
        ["lstm, directions averaged"] = () => Merged(MergeMode.Average),
    };

    private static Dictionary<string, Func<OnnxCase>> States() => new()
    {
        ["lstm, states and lengths, two directions, two layers"] = () =>
        {
            Lstm layer = new(6, Hidden, 2, batchFirst: true, bidirectional: true, seed: 1);
            OnnxInput[] inputs =
            [
                OnnxCase.Sequences, OnnxInput.Floats("h0", 4, "batch", Hidden),
                OnnxInput.Floats("c0", 4, "batch", Hidden), OnnxCase.Lengths,
            ];
            return OnnxCase.Of(layer, inputs, x =>
            {
                (Tensor output, LstmState state) = layer.Forward(x[0], new LstmState(x[1], x[2]), x[3]);
                return [("y", output), ("hn", state.Hidden), ("cn", state.Cell)];
            });
        },
        ["gru, state"] = () =>
        {
            Gru layer = new(6, Hidden, seed: 1);
            return OnnxCase.Of(layer, [OnnxCase.TimeMajor, OnnxInput.Floats("h0", 1, "batch", Hidden)], x =>
            {
                (Tensor output, Tensor state) = layer.Forward(x[0], x[1]);
                return [("y", output), ("hn", state)];
            });
        },
        ["simple rnn, lengths, last step"] = () =>
        {
            SimpleRnn layer = new(Hidden, seed: 1);
            return OnnxCase.Of(
                layer, [OnnxCase.Sequences, OnnxCase.Lengths], x => [("y", layer.Forward(x[0], null, x[1]).Output)]);
        },
        ["gru, backwards, lengths"] = () =>
        {
            Gru layer = new(Hidden, returnSequences: true, goBackwards: true, seed: 1);
            return OnnxCase.Of(
                layer, [OnnxCase.Sequences, OnnxCase.Lengths], x => [("y", layer.Forward(x[0], null, x[1]).Output)]);
        },
        ["lstm, learned state"] = () =>
        {
            Lstm layer = new(
                6, Hidden, batchFirst: true, seed: 1, options: new RecurrentOptions { LearnedInitialState = true });
            foreach (Parameter parameter in layer.Parameters().Where(parameter => parameter.Name is "h0" or "c0"))
            {
                parameter.Value.Write(Layers.Numbers.Uniform(Hidden, seed: 3));
            }

            return OnnxCase.Of(layer);
        },
        ["a cell's single step"] = () =>
        {
            LstmCell cell = new(6, Hidden, seed: 1);
            OnnxInput[] inputs =
            [
                OnnxInput.Floats("x", "batch", 6), OnnxInput.Floats("h", "batch", Hidden),
                OnnxInput.Floats("c", "batch", Hidden),
            ];
            return OnnxCase.Of(cell, inputs, x =>
            {
                CellOutput next = cell.Step(x[0], [x[1], x[2]]);
                return [("h_next", next.State[0]), ("c_next", next.State[1])];
            });
        },
        ["sequential, lengths"] = () =>
        {
            Sequential model = new(
                new Lstm(Hidden, returnSequences: true, bidirectional: true, seed: 1),
                new Bidirectional(new Gru(Hidden, returnSequences: true, seed: 2)),
                new GlobalAveragePool1d(),
                new Dense(3, seed: 3));
            return OnnxCase.Of(model, [OnnxCase.Sequences, OnnxCase.Lengths], x => [
                ("y", model.ForwardMasked(x[0], SequenceMask.FromLengths(x[0].Shape[1], x[1])).Output)]);
        },
    };

    private static Dictionary<string, Func<OnnxCase>> Wrapped()
    {
        Dictionary<string, Func<OnnxCase>> all = [];
        foreach (MergeMode mode in Enum.GetValues<MergeMode>())
        {
            all[$"bidirectional wrapper, {mode}"] =
                () => OnnxCase.Of(new Bidirectional(new Lstm(Hidden, returnSequences: true, seed: 1), mode));
        }

        all["bidirectional wrapper, last step"] = () => OnnxCase.Of(new Bidirectional(new Gru(Hidden, seed: 1)));
        return all;
    }

    private static OnnxCase Lstm(RecurrentOptions options, bool bidirectional = false) => OnnxCase.Of(
        new Lstm(6, Hidden, batchFirst: true, bidirectional: bidirectional, seed: 1, options: options));

    private static OnnxCase Merged(MergeMode mode) =>
        Lstm(new RecurrentOptions { MergeMode = mode }, bidirectional: true);
}
