using NativeRnn.Layers;
using static NativeRnn.Tests.WrongInput.WrongInput;

namespace NativeRnn.Tests.WrongInput;

/// <summary>Wrong input of layers without a recurrence, attention, decoding and weights.</summary>
public sealed class LayerWrongInputTests
{
    private static readonly Dictionary<string, WrongInput> Inputs = new()
    {
        ["dense of negative units"] = Range("units", "-1", "1 to 65536", _ => new Dense(-1)),
        ["linear's input of another size"] = Of(
            "input", "[5, 4]", "must be 3", d => new Linear(3, 2, device: d).Forward(Zeros(d, 5, 4))),
        ["linear's input on another device"] = OnOther(
            "input", (d, other) => new Linear(3, 2, device: d).Forward(Zeros(other, 5, 3))),
        ["embedding's input on another device"] = OnOther(
            "input", (d, other) => new Embedding(3, 2, device: d).Forward(Indices(other, 5))),
        ["normalisation's input on another device"] = OnOther(
            "input", (d, other) => new LayerNormalization(3, device: d).Forward(Zeros(other, 5, 3))),
        ["convolution's input on another device"] = OnOther(
            "input", (d, other) => new Conv1d(3, 2, 2, device: d).Forward(Zeros(other, 1, 5, 3))),
        ["dropout rate NaN"] = Range("rate", "NaN", "[0, 1)", _ => new Dropout(float.NaN)),
        ["dropout of integers"] = Of(
            "input", "Int32", "floats", d => new Dropout(0.5f).Forward(Indices(d, 2))),
        ["embedding of no vocabulary"] = Range(
            "vocabulary", "0", "1", d => new Embedding(0, 4, device: d)),
        ["embedding of floats"] = Of(
            "input", "Float32", "int32", d => new Embedding(4, 2, device: d).Forward(Zeros(d, 3))),
        ["embedding of a far index"] = Of(
            "input", "[1] is 4", "0..3",
            d => new Embedding(4, 2, device: d).Forward(Integers(d, 1, 4))),
        ["embedding of a negative index"] = Of(
            "input", "[0] is -1", "0..3",
            d => new Embedding(4, 2, device: d).Forward(Integers(d, -1))),
        ["embedding's padding index"] = Range(
            "paddingIndex", "4", "0 to 3", d => new Embedding(4, 2, 4, device: d)),
        ["normalisation epsilon NaN"] = Range(
            "epsilon", "NaN", "at least 0 and finite", _ => new LayerNormalization(float.NaN)),
        ["normalised size"] = Of(
            "input", "[2, 5]", "must be 6",
            d => new LayerNormalization(6, device: d).Forward(Zeros(d, 2, 5))),
        ["convolution of no steps"] = Range(
            "kernelSize", "0", "1 to 65536", _ => new Conv1d(4, 0)),
        ["convolution's stride"] = Range(
            "stride", "-1", "1 to 65536", _ => new Conv1d(4, 2, stride: -1)),
        ["convolution's groups"] = Of(
            "outChannels", "6", "multiple of groups, 4",
            d => new Conv1d(4, 6, 2, groups: 4, device: d)),
        ["convolution's channels"] = Of(
            "input", "[2, 8, 5]", "must be 4",
            d => new Conv1d(4, 6, 3, device: d).Forward(Zeros(d, 2, 8, 5))),
        ["pooling of nothing"] = Range("poolSize", "0", "1 to 65536", _ => new MaxPool1d(0)),
        ["pooling of a matrix"] = Of(
            "input", "[2, 3]", "[B,T,C]", d => new AveragePool1d().Forward(Zeros(d, 2, 3))),
        ["a far length of global pooling"] = Of(
            "lengths", "4", "1 to 3",
            d => new GlobalMaxPool1d().Forward(Zeros(d, 1, 3, 2), Integers(d, 4))),
        ["masking of a matrix"] = Of(
            "input", "[2, 3]", "[B,T,..]", d => new Masking().Forward(Zeros(d, 2, 3))),
        ["repeating no times"] = Range("steps", "0", "1", _ => new RepeatVector(0)),
        ["axes twice"] = Of("axes", "[1, 1]", "each once", _ => new Permute(1, 1)),
        ["heads that don't divide"] = Of(
            "heads", "6", "multiple of heads, 4", d => new MultiHeadAttention(6, 4, device: d)),
        ["keys of other rows"] = Of(
            "key", "3 rows", "2", d =>
            {
                Tensor key = Zeros(d, 3, 4, 6);
                new MultiHeadAttention(6, 2, device: d).Forward(Zeros(d, 2, 4, 6), key, key);
            }),
        ["lengths of attention beyond the keys"] = Of(
            "lengths", "5", "0 to 4", d =>
            {
                Tensor x = Zeros(d, 1, 4, 6);
                new MultiHeadAttention(6, 2, device: d).Forward(x, x, x, Integers(d, 5));
            }),
        ["a mask of attention"] = Of(
            "mask", "[1, 3, 4]", "[1, 4, 4]", d =>
            {
                Tensor x = Zeros(d, 1, 4, 6);
                new MultiHeadAttention(6, 2, device: d).Forward(x, x, x, mask: Zeros(d, 1, 3, 4));
            }),
        ["a query of attention"] = Of(
            "query", "[1, 1, 5]", "6", d => new AdditiveAttention(6, 6, 3, device: d).Forward(
                Zeros(d, 1, 1, 5), Zeros(d, 1, 4, 6))),
        ["dot's keys"] = Of(
            "keySize", "5", "4", d => new LuongAttention(LuongScore.Dot, 4, 5, device: d)),
        ["a sequence longer than the places"] = Of(
            "input", "6 steps", "at most 5",
            d => new PositionalEncoding(4, 5, device: d).Forward(Zeros(d, 1, 6, 4))),
        ["a transformer of no heads"] = Range(
            "heads", "0", "1 to 65536", d => new TransformerEncoderLayer(6, 0, device: d)),
        ["scheduled sampling of NaN"] = Range(
            "slope", "NaN", "finite", _ => ScheduledSampling.Linear(1, double.NaN)),
        ["an initialiser of NaN"] = Range(
            "deviation", "NaN", "at least 0 and finite",
            _ => Initializer.RandomNormal(0, float.NaN)),
        ["an initialiser upside down"] = Range(
            "high", "0", "at least low, 1", _ => Initializer.RandomUniform(1, 0)),
        ["a regulariser of NaN"] = Range(
            "factor", "NaN", "at least 0 and finite", _ => new L2(float.NaN)),
        ["a negative regulariser"] = Range(
            "factor", "-1", "at least 0 and finite", _ => new L1(-1)),
        ["a norm limit of 0"] = Range("max", "0", "above 0 and finite", _ => new MaxNorm(0)),
        ["a state dict without a name"] = Of(
            "state", "missing", "weight", d => new Linear(2, 1, device: d).LoadStateDict(
                new Dictionary<string, Tensor> { ["bias"] = Zeros(d, 1) })),
        ["a state dict of another shape"] = Of(
            "state", "[1, 3]", "[1, 2]", d => new Linear(2, 1, device: d).LoadStateDict(
                new Dictionary<string, Tensor>
                {
                    ["weight"] = Zeros(d, 1, 3),
                    ["bias"] = Zeros(d, 1),
                })),
        ["a translation's end token"] = Range(
            "EndToken", "9", "0 to 4", d => new Seq2Seq(Options(end: 9), d)),
        ["a translation of no characters"] = Range(
            "SourceVocabulary", "0", "1", d => new Seq2Seq(Options(source: 0), d)),
        ["teacher forcing beyond 1"] = Range(
            "teacherForcing", "1.5", "[0, 1]", d => new Seq2Seq(Options(), d).Forward(
                Indices(d, 1, 2), Indices(d, 1, 2), teacherForcing: 1.5f)),
        ["a decoded sequence of no tokens"] = Range(
            "maxLength", "0", "1",
            d => new Seq2Seq(Options(), d).Greedy(Indices(d, 1, 2), maxLength: 0)),
        ["a source of floats"] = Of(
            "source", "Float32", "int32", d => new Seq2Seq(Options(), d).Greedy(Zeros(d, 1, 2))),
        ["a beam of nothing"] = Range(
            "Width", "0", "1 to 1024", d => new Seq2Seq(Options(), d).BeamSearch(
                Indices(d, 1, 2), new BeamSearchOptions { Width = 0 })),
        ["a length penalty NaN"] = Range(
            "LengthPenalty", "NaN", "at least 0 and finite",
            d => new Seq2Seq(Options(), d).BeamSearch(
                Indices(d, 1, 2), new BeamSearchOptions { LengthPenalty = double.NaN })),
        ["values that don't fill a shape"] = Of(
            "shape", "3 values", "4 elements", d => Tensor.From([1f, 2, 3], [2, 2], d)),
        ["a negative size"] = Of(
            "shape", "[2,-1]", "negative", d => Tensor.Zeros([2, -1], d)),
    };

    public static TheoryData<string> Names() => [.. Inputs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void WrongInput_Throws_WithArgumentValueAndRange(string name) => Inputs[name].Check();

    private static Seq2SeqOptions Options(int source = 5, int end = 1) => new()
    {
        SourceVocabulary = source,
        TargetVocabulary = 5,
        StartToken = 0,
        EndToken = end,
        EmbeddingSize = 2,
        HiddenSize = 2,
    };
}
