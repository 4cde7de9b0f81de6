using NativeRnn.Layers;
using static NativeRnn.Tests.WrongInput.WrongInput;

namespace NativeRnn.Tests.WrongInput;

/// <summary>Wrong input of recurrent layers, cells, packed sequences, masks and streams.</summary>
public sealed class RecurrentWrongInputTests
{
    private static readonly Dictionary<string, WrongInput> Inputs = new()
    {
        ["no units"] = Range("units", "0", "1 to 65536", _ => new Lstm(0)),
        ["negative units"] = Range("units", "-3", "1 to 65536", _ => new Gru(-3)),
        ["too many hidden units"] = Range(
            "hiddenSize", "65537", "1 to 65536", d => new Gru(4, 65537, device: d)),
        ["negative input size"] = Range(
            "inputSize", "-1", "1 to 65536", d => new SimpleRnn(-1, 4, device: d)),
        ["65 layers"] = Range("numLayers", "65", "1 to 64", d => new Lstm(4, 4, 65, device: d)),
        ["dropout NaN"] = Range(
            "dropout", "NaN", "[0, 1)", d => new Lstm(4, 4, 2, dropout: float.NaN, device: d)),
        ["projection as wide as the layer"] = Range(
            "projSize", "4", "to 3", d => new Lstm(4, 4, projSize: 4, device: d)),
        ["negative projection"] = Range(
            "projSize", "-2", "0 (none) to 3", d => new Lstm(4, 4, projSize: -2, device: d)),
        ["unknown activation"] = Range(
            "activation", "Softmax", "Tanh or Relu", _ => new SimpleRnn(4, false, Activation.Softmax)),
        ["cell clip NaN"] = Range(
            "options.CellClip", "NaN", "at least 0 and finite",
            d => Make(d, new RecurrentOptions { CellClip = float.NaN })),
        ["infinite projection clip"] = Range(
            "options.ProjectionClip", float.PositiveInfinity.ToString(), "at least 0 and finite",
            d => Make(d, new RecurrentOptions { ProjectionClip = float.PositiveInfinity })),
        ["zoneout of all"] = Range(
            "options.ZoneoutHidden", "1", "[0, 1)",
            d => Make(d, new RecurrentOptions { ZoneoutHidden = 1 })),
        ["recurrent dropout NaN"] = Range(
            "options.RecurrentDropout", "NaN", "[0, 1)",
            d => Make(d, new RecurrentOptions { RecurrentDropout = float.NaN })),
        ["normalisation epsilon of 0"] = Range(
            "options.NormalizationEpsilon", "0", "above 0 and finite",
            d => Make(d, new RecurrentOptions { NormalizationEpsilon = 0 })),
        ["negative checkpoint steps"] = Range(
            "options.CheckpointSteps", "-1", "at least 0",
            d => Make(d, new RecurrentOptions { CheckpointSteps = -1 })),
        ["unknown merge mode"] = Range(
            "options.MergeMode", "99", "Concat, Sum, Mul or Average",
            d => Make(d, new RecurrentOptions { MergeMode = (MergeMode)99 })),
        ["peephole of a gru"] = Of(
            "options.Peephole", "is set", "only Lstm", d => new Gru(
                4, 4, device: d, options: new RecurrentOptions { Peephole = true })),
        ["gates of a simple rnn"] = Of(
            "options.RecurrentActivation", "is set", "no gates", d => new SimpleRnn(
                4, 4, device: d,
                options: new RecurrentOptions { RecurrentActivation = GateActivation.Sigmoid })),
        ["hard sigmoid of slope NaN"] = Range(
            "alpha", "NaN", "finite", _ => GateActivation.HardSigmoid(float.NaN)),
        ["elu of a negative slope"] = Range(
            "alpha", "-1", "at least 0", _ => GateActivation.Elu(-1)),
        ["input of two axes"] = Of(
            "input", "[2, 4]", "[T,B,I]", d => Make(d).Forward(Zeros(d, 2, 4))),
        ["input of four axes"] = Of(
            "input", "[1, 2, 3, 4]", "[B,T,I]",
            d => new Lstm(5).Forward(Zeros(d, 1, 2, 3, 4))),
        ["input of another size"] = Of(
            "input", "[2, 3, 5]", "must be 4", d => Make(d).Forward(Zeros(d, 2, 3, 5))),
        ["input of no steps"] = Of(
            "input", "[0, 3, 4]", "at least 1", d => Make(d).Forward(Zeros(d, 0, 3, 4))),
        ["input of no rows"] = Of(
            "input", "[2, 0, 4]", "at least 1", d => Make(d).Forward(Zeros(d, 2, 0, 4))),
        ["input of integers"] = Of(
            "input", "Int32", "floats", d => Make(d).Forward(Indices(d, 2, 3, 4))),
        ["input on another device"] = OnOther(
            "input", (d, other) => Make(d).Forward(Zeros(other, 2, 3, 4))),
        ["state on another device"] = OnOther(
            "state", (d, other) => new Gru(4, 6, device: d).Forward(
                Zeros(d, 2, 3, 4), Zeros(other, 1, 3, 6))),
        ["lengths on another device"] = OnOther(
            "lengths", (d, other) => Make(d).Forward(
                Zeros(d, 2, 3, 4), null, Integers(other, 1, 2, 2))),
        ["disposed input"] = Other<ObjectDisposedException>(
            "Tensor", "disposed", d =>
            {
                Tensor x = Zeros(d, 2, 3, 4);
                x.Dispose();
                Make(d).Forward(x);
            }),
        ["input of a tape that ended"] = Other<ObjectDisposedException>(
            "[2,3,4]", "Clone", d =>
            {
                Tensor x;
                using (d.Record())
                {
                    x = Zeros(d, 2, 3, 4);
                }

                Make(d).Forward(x);
            }),
        ["state of another batch"] = Of(
            "state", "[1, 2, 6]", "[1, 3, 6]",
            d => Make(d).Forward(Zeros(d, 2, 3, 4), (Zeros(d, 1, 2, 6), Zeros(d, 1, 3, 6)))),
        ["cell state of another shape"] = Of(
            "state", "[3, 6]", "[1, 3, 6]",
            d => Make(d).Forward(Zeros(d, 2, 3, 4), (Zeros(d, 1, 3, 6), Zeros(d, 3, 6)))),
        ["state of integers"] = Of(
            "state", "Int32", "floats",
            d => new Gru(4, 6, device: d).Forward(Zeros(d, 2, 3, 4), Indices(d, 1, 3, 6))),
        ["float lengths"] = Of(
            "lengths", "Float32", "int32",
            d => Make(d).Forward(Zeros(d, 2, 3, 4), null, Zeros(d, 3))),
        ["too few lengths"] = Of(
            "lengths", "[2]", "[3]",
            d => Make(d).Forward(Zeros(d, 2, 3, 4), null, Indices(d, 2))),
        ["a length beyond T"] = Of(
            "lengths", "3", "0 to 2",
            d => Make(d).Forward(Zeros(d, 2, 3, 4), null, Integers(d, 1, 2, 3))),
        ["a negative length"] = Of(
            "lengths", "-1", "0 to 2",
            d => new Gru(4, 6, device: d).Forward(Zeros(d, 2, 3, 4), null, Integers(d, 1, -1, 2))),
        ["a length beyond T of a scan"] = Of(
            "lengths", "3", "0 to 2",
            d => new MinGru(4, 6, device: d).Forward(Zeros(d, 2, 3, 4), null, Integers(d, 1, 2, 3))),
        ["a mask of another batch"] = Of(
            "mask", "1 sequences of 2", "3 of 2",
            d => Make(d).ForwardMasked(Zeros(d, 2, 3, 4), SequenceMask.FromLengths(2, 1))),
        ["a mask of no steps"] = Range(
            "steps", "0", "1", _ => SequenceMask.FromLengths(0, 1)),
        ["a mask of a far length"] = Of(
            "lengths", "5", "0 to 4", _ => SequenceMask.FromLengths(4, 2, 5)),
        ["masks that don't fit"] = Of(
            "other", "[1,3]", "[1,4]",
            _ => SequenceMask.FromLengths(4, 2).And(SequenceMask.FromLengths(3, 2))),
        ["packed lengths that rise"] = Of(
            "lengths", "[1, 2]", "enforceSorted",
            d => PackedSequence.Pack(Zeros(d, 2, 2, 4), new[] { 1, 2 })),
        ["a packed length of 0"] = Of(
            "lengths", "0", "1 to 2",
            d => PackedSequence.Pack(Zeros(d, 2, 2, 4), new[] { 2, 0 })),
        ["packed lengths of another count"] = Of(
            "lengths", "1 lengths", "2 sequences",
            d => PackedSequence.Pack(Zeros(d, 2, 2, 4), new[] { 2 })),
        ["a cell's input of three axes"] = Of(
            "input", "[2, 3, 4]", "[B,4]",
            d => new LstmCell(4, 6, device: d).Forward(Zeros(d, 2, 3, 4), null)),
        ["a cell's state of another batch"] = Of(
            "state", "[2, 6]", "[3, 6]",
            d => new GruCell(4, 6, device: d).Forward(Zeros(d, 3, 4), Zeros(d, 2, 6))),
        ["one module for both directions"] = Of(
            "backward", "forward", "another", d =>
            {
                Lstm layer = Make(d);
                _ = new Bidirectional(layer, layer);
            }),
        ["unknown weight storage"] = Range(
            "storage", "7", "Float32, BFloat16 or Int8", d => Make(d).Pack((WeightStorage)7)),
        ["a stream of no rows"] = Range(
            "batch", "0", "equal to '1'", d =>
            {
                using RnnWeights weights = Make(d).Pack();
                weights.OpenStream(0);
            }),
        ["a stream's step of another size"] = Of(
            "x", "3", "4", d => WithStream(d, stream => stream.Step(new float[3], new float[6]))),
        ["a stream's output of another size"] = Of(
            "y", "5", "6", d => WithStream(d, stream => stream.Step(new float[4], new float[5]))),
        ["a disposed stream"] = Other<ObjectDisposedException>(
            "disposed", "object", d => WithStream(d, stream =>
            {
                stream.Dispose();
                stream.Step(new float[4], new float[6]);
            })),
    };

    public static TheoryData<string> Names() => [.. Inputs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void WrongInput_Throws_WithArgumentValueAndRange(string name) => Inputs[name].Check();

    private static Lstm Make(Device device, RecurrentOptions? options = null) =>
        new(4, 6, device: device, options: options);

    private static void WithStream(Device device, Action<RnnStream> use)
    {
        using RnnWeights weights = Make(device).Pack();
        using RnnStream stream = weights.OpenStream();
        use(stream);
    }
}
