using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class AttentionTests : IDisposable
{
    private const int Batch = 3;
    private const int Queries = 2;
    private const int Keys = 4;
    private const int Size = 3;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<string> Kinds() => ["additive", "dot", "general", "concat"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Forward_IsTheEquation(string kind)
    {
        SequenceAttention layer = Make(kind);
        Tensor query = Numbers.Tensor(_device, 1, Batch, Queries, Size);
        Tensor keys = Numbers.Tensor(_device, 2, Batch, Keys, Size);
        int[] lengths = [4, 2, 1];

        AttentionOutput got = layer.Forward(
            query, keys, Tensor.From(lengths, [Batch], _device));

        Dictionary<string, float[]> state = layer.StateDict()
            .ToDictionary(entry => entry.Key, entry => entry.Value.ToArray());
        List<double> outputs = [], weights = [];
        for (int row = 0; row < Batch * Queries; row++)
        {
            int b = row / Queries;
            double[] q = RowOf(query, row);
            double[][] k = [.. Enumerable.Range(0, Keys).Select(step => RowOf(keys, (b * Keys) + step))];
            double[] exponentials =
            [
                .. k.Select((key, step) =>
                    step < lengths[b] ? Math.Exp(PlainScore(kind, state, q, key)) : 0),
            ];
            double[] row1 = [.. exponentials.Select(value => value / exponentials.Sum())];
            weights.AddRange(row1);
            outputs.AddRange(Enumerable.Range(0, Size)
                .Select(c => row1.Select((weight, step) => weight * k[step][c]).Sum()));
        }

        Assert.Equal([Batch, Queries, Size], got.Output.Shape.ToArray());
        Assert.Equal([Batch, Queries, Keys], got.Weights.Shape.ToArray());
        Numbers.AssertClose(weights, got.Weights.ToArray(), 1e-6);
        Numbers.AssertClose(outputs, got.Output.ToArray(), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_AreTheDifferences(string kind)
    {
        SequenceAttention layer = Make(kind);
        Tensor query = Numbers.Tensor(_device, 1, Batch, Queries, Size).RequireGradient();
        Tensor keys = Numbers.Tensor(_device, 2, Batch, Keys, Size).RequireGradient();
        Tensor lengths = Tensor.From([4, 2, 0], [Batch], _device);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(query, keys, lengths).Output, _device),
            [query, keys, .. GradientCheck.ParametersOf(layer)]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void MaskedKeys_HaveExactlyZeroWeight_AndRowsWithoutAnyAreZeros(string kind)
    {
        SequenceAttention layer = Make(kind);
        Tensor query = Numbers.Tensor(_device, 1, Batch, Queries, Size) * 100;
        Tensor keys = Numbers.Tensor(_device, 2, Batch, Keys, Size) * 100;

        AttentionOutput got = layer.Forward(
            query, keys, Tensor.From([0, 2, 4], [Batch], _device));

        float[] weights = got.Weights.ToArray();
        Assert.All(weights, weight => Assert.True(float.IsFinite(weight)));
        Assert.All(weights[..(Queries * Keys)], weight => Assert.Equal(0f, weight));
        Assert.All(got.Output.ToArray()[..(Queries * Size)], value => Assert.Equal(0f, value));
        for (int q = 0; q < Queries; q++)
        {
            Assert.Equal([0f, 0], weights.AsSpan(((Queries + q) * Keys) + 2, 2).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Attend_WithKeysProjectedOnce_GivesTheSame(string kind)
    {
        SequenceAttention layer = Make(kind);
        Tensor query = Numbers.Tensor(_device, 1, Batch, Queries, Size);
        Tensor keys = Numbers.Tensor(_device, 2, Batch, Keys, Size);
        Tensor projected = layer.ProjectKeys(keys);

        float[] whole = layer.Forward(query, keys).Output.ToArray();
        Tensor[] steps =
        [
            .. Enumerable.Range(0, Queries)
                .Select(q => layer.Attend(query[.., q..(q + 1)], projected, keys).Output),
        ];

        Assert.Equal(whole, Tensor.Concat(steps, 1).ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void StateDict_LoadedIntoATwin_GivesTheSameOutput(string kind)
    {
        SequenceAttention layer = Make(kind), twin = Make(kind, seed: 9);
        Tensor query = Numbers.Tensor(_device, 1, Batch, Queries, Size);
        Tensor keys = Numbers.Tensor(_device, 2, Batch, Keys, Size);

        twin.LoadStateDict(layer.StateDict());

        Assert.Equal(
            layer.Forward(query, keys).Output.ToArray(), twin.Forward(query, keys).Output.ToArray());
    }

    [Fact]
    public void Causal_IsALowerTriangle()
    {
        Assert.Equal(
            [1f, 0, 0, 1, 1, 0, 1, 1, 1], AttentionMask.Causal(3, _device).ToArray());
        Assert.Equal(
            [1f, 0, 1, 1], AttentionMask.FromLengths(Tensor.From([1, 2], [2], _device), 2).ToArray());
    }

    [Fact]
    public void WrongInput_SaysWhatAndHow()
    {
        SequenceAttention layer = Make("general");
        Tensor query = Numbers.Tensor(_device, 1, Batch, Queries, Size);
        Tensor keys = Numbers.Tensor(_device, 2, Batch, Keys, Size);

        Throws(() => layer.Forward(query[0], keys), "query", "[2, 3]", "[B,T,3]");
        Throws(() => layer.Forward(query, keys[.., .., ..2]), "keys", "[3, 4, 2]");
        Throws(() => layer.Forward(query, keys, Tensor.From([1, 5, 1], [3], _device)), "lengths[1] is 5");
        Throws(() => layer.Forward(query, keys, mask: Tensor.Ones([Batch, Keys], _device)), "mask", "[3, 4]");
        Throws(() => layer.Attend(query, layer.ProjectKeys(keys), keys[..2]), "values");
        Throws(
            () => layer.Attend(query, layer.ProjectKeys(keys), keys, Tensor.Ones([1, 3], _device)),
            "mask", "[1, 3]", "[3, 2, 4]");
        Throws(() => _ = new LuongAttention(LuongScore.Dot, 3, 4), "Dot", "3", "4");
        Throws(() => _ = new LuongAttention((LuongScore)3, 3), "score");
    }

    private static void Throws(Action action, params string[] words)
    {
        string message = Assert.ThrowsAny<ArgumentException>(action).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    private SequenceAttention Make(string kind, long seed = 1) => kind switch
    {
        "additive" => new AdditiveAttention(Size, Size, 5, seed, _device),
        "dot" => new LuongAttention(LuongScore.Dot, Size, seed: seed, device: _device),
        "general" => new LuongAttention(LuongScore.General, Size, seed: seed, device: _device),
        _ => new LuongAttention(LuongScore.Concat, Size, seed: seed, device: _device),
    };

    private static double PlainScore(
        string kind, Dictionary<string, float[]> state, double[] q, double[] k)
    {
        if (kind == "dot")
        {
            return q.Zip(k, (a, b) => a * b).Sum();
        }

        if (kind == "general")
        {
            float[] w = state["weight.weight"];
            return q.Select((value, i) => value * k.Select((key, j) => w[(i * Size) + j] * key).Sum())
                .Sum();
        }

        float[] queryWeight = state["score.query.weight"], keyWeight = state["score.key.weight"];
        return state["score.score.weight"].Select((v, a) => v * Math.Tanh(
            q.Select((value, i) => queryWeight[(a * Size) + i] * value).Sum()
            + k.Select((value, i) => keyWeight[(a * Size) + i] * value).Sum())).Sum();
    }

    private static double[] RowOf(Tensor tensor, int row) =>
        [.. tensor.ToArray().AsSpan(row * Size, Size).ToArray().Select(value => (double)value)];
}
