using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

public sealed class Seq2SeqTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<Seq2SeqAttention> Attentions() => [.. Enum.GetValues<Seq2SeqAttention>()];

    [Fact]
    public void Forward_IsTheEquation()
    {
        Seq2Seq model = Make(Seq2SeqAttention.Dot);
        Tensor source = Tokens([3, 1, 2, 0], 2), target = Tokens([2, 3, 4, 4], 2);

        float[] got = model.Forward(source, target).ToArray();

        // The recurrent layers apart; what stands around them in double.
        Dictionary<string, Tensor> state = model.StateDict();
        Lstm encoder = Part<Lstm>(new(3, 4, batchFirst: true, device: _device), state, "encoder");
        Lstm decoder = Part<Lstm>(new(3, 4, batchFirst: true, device: _device), state, "decoder");
        Embedding from = Part<Embedding>(new(5, 3, device: _device), state, "source_embedding");
        Embedding to = Part<Embedding>(new(5, 3, device: _device), state, "target_embedding");
        (Tensor values, LstmState last) = encoder.Forward(from.Forward(source), null, null);
        (Tensor hidden, _) = decoder.Forward(to.Forward(Tokens([0, 2, 0, 4], 2)), last, null);
        double[] v = PlainAttention.Doubles(values), h = PlainAttention.Doubles(hidden);
        double[] both = new double[4 * 8];
        for (int row = 0; row < 4; row++)
        {
            int b = row / 2;
            double[] e =
            [
                .. Enumerable.Range(0, 2).Select(s => Math.Exp(
                    Enumerable.Range(0, 4).Sum(c => h[(row * 4) + c] * v[(((b * 2) + s) * 4) + c]))),
            ];
            for (int c = 0; c < 4; c++)
            {
                both[(row * 8) + c] = h[(row * 4) + c];
                both[(row * 8) + 4 + c] = Enumerable.Range(0, 2)
                    .Sum(s => e[s] / e.Sum() * v[(((b * 2) + s) * 4) + c]);
            }
        }

        double[] combined = PlainAttention.PlainLinear(
            both, 8, state["combine.weight"].ToArray(), new float[4]);
        Numbers.AssertClose(
            PlainAttention.PlainLinear(
                [.. combined.Select(Math.Tanh)],
                4,
                state["output.weight"].ToArray(),
                state["output.bias"].ToArray()),
            got,
            1e-5);
    }

    [Theory]
    [MemberData(nameof(Attentions))]
    public void Gradients_AreTheDifferences(Seq2SeqAttention attention)
    {
        Seq2Seq model = Make(attention, bidirectional: attention == Seq2SeqAttention.General);
        Tensor source = Tokens([3, 1, 2, 0, 2, 1], 2), target = Tokens([2, 4, 3, 4], 2);
        Tensor lengths = Tensor.From([3, 2], [2], _device);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(model.Forward(source, target, lengths), _device),
            GradientCheck.ParametersOf(model));
    }

    [Fact]
    public void TiedOutput_UsesTheTargetsVectors()
    {
        Seq2Seq tied = MakeTied(tied: true), plain = MakeTied(tied: false);
        Dictionary<string, Tensor> state = tied.StateDict();
        Assert.DoesNotContain("output.weight", state.Keys);
        Assert.Equal([3, 8], state["combine.weight"].Shape.ToArray());
        state["output.weight"] = state["target_embedding.weight"];
        plain.LoadStateDict(state);
        Tensor source = Tokens([3, 1, 2, 0], 2), target = Tokens([2, 3, 4, 4], 2);

        Assert.Equal(plain.Forward(source, target).ToArray(), tied.Forward(source, target).ToArray());
        Assert.Equal(plain.ParameterCount - (5 * 3), tied.ParameterCount);
        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(tied.Forward(source, target), _device),
            GradientCheck.ParametersOf(tied));
    }

    [Theory]
    [MemberData(nameof(Attentions))]
    public void ForwardAt_GivesTheLogitsOfThesePlaces(Seq2SeqAttention attention)
    {
        Seq2Seq model = Make(attention, bidirectional: true);
        Tensor source = Tokens([3, 1, 2, 0, 2, 1], 2), lengths = Tensor.From([3, 2], [2], _device);
        float[] all = model.Forward(source, Tokens([2, 4, 3, 4, 0, 0], 2), lengths).ToArray();

        // Of the second row only the first step counts: what follows it has no target.
        Tensor some = model.ForwardAt(source, Tokens([2, 4, 3, 4, -1, -1], 2), lengths, [0, 2, 3]);

        Assert.Equal([3, 5], some.Shape.ToArray());
        Assert.Equal([.. all[..5], .. all[10..20]], some.ToArray());
    }

    [Theory]
    [MemberData(nameof(Attentions))]
    public void Steps_OneByOne_GiveTheSameLogits(Seq2SeqAttention attention)
    {
        Seq2Seq model = Make(attention, RnnCell.Gru, bidirectional: true, layers: 2);
        Tensor source = Tokens([3, 1, 2, 0, 2, 1], 2), target = Tokens([2, 1, 3, 4, 0, 1, 2, 4], 2);

        float[] whole = model.Forward(source, target).ToArray();
        // So close to 1 that no number drawn lies above it.
        float[] steps = model.Forward(source, target, teacherForcing: MathF.BitDecrement(1)).ToArray();

        Numbers.AssertClose([.. whole.Select(value => (double)value)], steps, 1e-6);
    }

    [Fact]
    public void ScheduledSampling_WithoutTeacher_FollowsTheGreedyTokens()
    {
        Seq2Seq model = Make(Seq2SeqAttention.General, draws: false);
        Tensor source = Tokens([3, 1, 2], 1);
        DecodedSequence greedy = model.Greedy(source, maxLength: 4)[0];
        int[] written = [.. greedy.Tokens, .. greedy.Ended ? [4] : Array.Empty<int>()];

        Tensor own = model.Forward(source, Tokens([.. written.Select(_ => 0)], 1), teacherForcing: 0);

        float[] followed = model.Forward(source, Tokens(written, 1)).ToArray();
        Numbers.AssertClose([.. followed.Select(value => (double)value)], own.ToArray(), 1e-6);
    }

    [Fact]
    public void ScheduledSampling_IsTheSameForTheSameSeed()
    {
        Tensor source = Tokens([3, 1, 2, 0, 1, 1], 2), target = Tokens([2, 1, 3, 4, 0, 1, 2, 4], 2);
        Seq2Seq model = Make(Seq2SeqAttention.General);
        float[] first = model.Forward(source, target, teacherForcing: 0.5f).ToArray();
        float[] second = model.Forward(source, target, teacherForcing: 0.5f).ToArray();

        Seq2Seq twin = Make(Seq2SeqAttention.General);
        Assert.Equal(first, twin.Forward(source, target, teacherForcing: 0.5f).ToArray());
        Assert.Equal(second, twin.Forward(source, target, teacherForcing: 0.5f).ToArray());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void ScheduledSampling_Decays_AreThePapers()
    {
        Assert.Equal(1f, ScheduledSampling.Linear(0, 0.1));
        Assert.Equal(0.7f, ScheduledSampling.Linear(3, 0.1), 1e-6f);
        Assert.Equal(0.2f, ScheduledSampling.Linear(30, 0.1, 0.2));
        Assert.Equal(0.81f, ScheduledSampling.Exponential(2, 0.9), 1e-6f);
        Assert.Equal((float)(5 / (5 + Math.E)), ScheduledSampling.InverseSigmoid(5, 5), 1e-6f);
        Assert.Throws<ArgumentOutOfRangeException>(() => ScheduledSampling.Exponential(1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScheduledSampling.InverseSigmoid(1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScheduledSampling.Linear(-1, 0.5));
    }

    [Theory]
    [MemberData(nameof(Attentions))]
    public void PaddedSource_EqualsTheUnpadded(Seq2SeqAttention attention)
    {
        Seq2Seq model = Make(attention, bidirectional: true);
        Tensor target = Tokens([2, 1, 4], 1);

        float[] padded = model.Forward(
            Tokens([3, 1, 0, 0], 1), target, Tensor.From([2], [1], _device)).ToArray();

        float[] plain = model.Forward(Tokens([3, 1], 1), target).ToArray();
        Numbers.AssertClose([.. plain.Select(value => (double)value)], padded, 1e-6);
    }

    [Fact]
    public void StateDict_LoadedIntoATwin_WritesTheSame()
    {
        Seq2Seq model = Make(Seq2SeqAttention.Additive), twin = Make(Seq2SeqAttention.Additive, seed: 7);
        Tensor source = Tokens([3, 1, 2, 0], 2), target = Tokens([2, 3, 4, 4], 2);

        twin.LoadStateDict(model.StateDict());

        Assert.Equal(
            model.Forward(source, target).ToArray(), twin.Forward(source, target).ToArray());
        Assert.Contains("attention.score.query.weight", model.StateDict().Keys);
        Assert.Contains("encoder.weight_ih_l0", model.StateDict().Keys);
    }

    [Fact]
    public void WrongInput_SaysWhatAndHow()
    {
        Seq2Seq model = Make(Seq2SeqAttention.Dot);
        Tensor source = Tokens([3, 1, 2, 0], 2), target = Tokens([2, 3], 2);

        Throws(() => model.Forward(source, Tokens([2], 1)), "target has 1 rows", "2");
        Throws(() => model.Forward(Tensor.From([1, 2], [2], _device), target), "source", "[2]");
        Throws(() => model.Forward(source, target, teacherForcing: 1.5f), "teacherForcing");
        Throws(
            () => model.Forward(source, target, Tensor.From([0, 1], [2], _device)),
            "lengths[0] is 0", "1 to 2");
        Throws(() => model.Forward(Tokens([9, 1], 2), target), "9");
        Throws(() => model.Greedy(source, maxLength: 0), "maxLength");
        Throws(() => model.BeamSearch(source, new BeamSearchOptions { Width = 0 }), "Width");
        Throws(() => model.BeamSearch(source, new BeamSearchOptions { LengthPenalty = -1 }), "LengthPenalty");
        Seq2SeqOptions options = model.Options;
        Throws(() => _ = new Seq2Seq(options with { StartToken = 5 }), "StartToken", "0 to 4");
        Throws(() => _ = new Seq2Seq(options with { Cell = RnnCell.RnnTanh }), "Cell");
        Throws(() => _ = new Seq2Seq(options with { Bidirectional = true, HiddenSize = 5 }), "HiddenSize");
        Throws(() => _ = new Seq2Seq(options with { OutputSize = 0 }), "OutputSize");
        Throws(() => _ = new Seq2Seq(options with { TiedOutput = true }), "TiedOutput", "4 numbers", "3");
        Throws(
            () => _ = new Seq2Seq(options with { OutputSize = 3, Attention = Seq2SeqAttention.None }),
            "OutputSize", "without attention");
    }

    private static void Throws(Action action, params string[] words)
    {
        string message = Assert.ThrowsAny<ArgumentException>(action).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    private Seq2Seq Make(
        Seq2SeqAttention attention,
        RnnCell cell = RnnCell.Lstm,
        bool bidirectional = false,
        int layers = 1,
        bool draws = true,
        long seed = 1) => new(
            new Seq2SeqOptions
            {
                SourceVocabulary = 5,
                TargetVocabulary = 5,
                StartToken = 0,
                EndToken = 4,
                EmbeddingSize = 3,
                HiddenSize = 4,
                NumLayers = layers,
                Cell = cell,
                Bidirectional = bidirectional,
                Attention = attention,
                DrawSamples = draws,
                Seed = seed,
            },
            _device);

    private Seq2Seq MakeTied(bool tied) => new(
        Make(Seq2SeqAttention.General).Options with { OutputSize = 3, TiedOutput = tied, Seed = 1 }, _device);

    private Tensor Tokens(int[] tokens, int rows) =>
        Tensor.From(tokens, [rows, tokens.Length / rows], _device);

    private static T Part<T>(T module, Dictionary<string, Tensor> state, string name)
        where T : Module
    {
        module.LoadStateDict(state
            .Where(entry => entry.Key.StartsWith(name + ".", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[(name.Length + 1)..], entry => entry.Value));
        return module;
    }
}
