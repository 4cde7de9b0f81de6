using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

public sealed class Seq2SeqDecodingTests : IDisposable
{
    private const int Vocabulary = 4;
    private const int End = 3;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(Seq2SeqAttention.General)]
    [InlineData(Seq2SeqAttention.None)]
    public void Greedy_TakesTheLikeliest_AndSumsTheirProbabilities(Seq2SeqAttention attention)
    {
        Seq2Seq model = Make(attention);
        Tensor source = Source();

        IReadOnlyList<DecodedSequence> written = model.Greedy(source, maxLength: 5);

        for (int row = 0; row < written.Count; row++)
        {
            int[] tokens = TokensOf(written[row]);
            double[][] steps = LogProbabilities(model, source, row, tokens);
            Assert.All(
                Enumerable.Range(0, tokens.Length),
                step => Assert.True(steps[step][tokens[step]] >= steps[step].Max() - 1e-6));
            Assert.Equal(
                tokens.Select((token, step) => steps[step][token]).Sum(),
                written[row].LogProbability,
                1e-5);
            Assert.True(written[row].Ended || written[row].Tokens.Count == 5);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void BeamSearch_OfWidthOne_IsGreedy(long seed)
    {
        Seq2Seq model = Make(Seq2SeqAttention.Dot, seed);
        Tensor source = Source();

        IReadOnlyList<DecodedSequence> greedy = model.Greedy(source, maxLength: 6);
        IReadOnlyList<IReadOnlyList<DecodedSequence>> beam = model.BeamSearch(
            source, new BeamSearchOptions { Width = 1, MaxLength = 6 });

        for (int row = 0; row < greedy.Count; row++)
        {
            DecodedSequence only = Assert.Single(beam[row]);
            Assert.Equal(greedy[row].Tokens, only.Tokens);
            Assert.Equal(greedy[row].LogProbability, only.LogProbability, 1e-6);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(1.5, 3)]
    public void BeamSearch_WideEnough_FindsTheBestOfAll(double penalty, long seed)
    {
        const int MaxLength = 3;
        Seq2Seq model = Make(Seq2SeqAttention.General, seed);
        Tensor source = Source();
        BeamSearchOptions options = new() { Width = 30, MaxLength = MaxLength, LengthPenalty = penalty };

        IReadOnlyList<IReadOnlyList<DecodedSequence>> found = model.BeamSearch(source, options);

        for (int row = 0; row < found.Count; row++)
        {
            (int[] Tokens, double Score)[] all =
            [
                .. Sequences(MaxLength).Select(tokens =>
                {
                    double[][] steps = LogProbabilities(model, source, row, tokens);
                    double sum = tokens.Select((token, step) => steps[step][token]).Sum();
                    return (tokens, sum / Math.Pow((5.0 + tokens.Length) / 6, penalty));
                }).OrderByDescending(sequence => sequence.Item2),
            ];
            Assert.Equal(30, found[row].Count);
            Assert.Equal(all[0].Tokens, TokensOf(found[row][0]));
            for (int rank = 0; rank < 30; rank++)
            {
                Assert.Equal(all[rank].Score, found[row][rank].Score, 1e-5);
            }
        }
    }

    [Fact]
    public void BeamSearch_OfSeveralRows_EqualsThatOfEach()
    {
        Seq2Seq model = Make(Seq2SeqAttention.Additive, 5);
        Tensor source = Source();
        BeamSearchOptions options = new() { Width = 3, MaxLength = 6, LengthPenalty = 0.7 };

        IReadOnlyList<IReadOnlyList<DecodedSequence>> together = model.BeamSearch(source, options);

        for (int row = 0; row < together.Count; row++)
        {
            IReadOnlyList<DecodedSequence> alone =
                model.BeamSearch(source[row..(row + 1)], options)[0];
            Assert.Equal(alone.Select(TokensOf), together[row].Select(TokensOf));
        }
    }

    [Fact]
    public void Attention_HasARowForEachToken_AndNoneOnPadding()
    {
        Seq2Seq model = Make(Seq2SeqAttention.General);
        Tensor lengths = Tensor.From([3, 1, 2], [3], _device);

        foreach (DecodedSequence written in model.Greedy(Source(), lengths, 5)
            .Concat(model.BeamSearch(Source(), null, lengths).SelectMany(row => row)))
        {
            Assert.Equal(written.Tokens.Count, written.Attention!.Length);
            Assert.All(written.Attention, step => Assert.Equal(1f, step.Sum(), 1e-5f));
        }

        Assert.All(
            model.Greedy(Source(), lengths, 5)[1].Attention!, step => Assert.Equal([1f, 0, 0], step));
        Assert.Null(Make(Seq2SeqAttention.None).Greedy(Source())[0].Attention);
    }

    [Fact]
    public void Decoding_LeavesTheModelInTraining_AndWorksUnderATape()
    {
        Seq2Seq model = Make(Seq2SeqAttention.General);
        IReadOnlyList<int> plain = model.Greedy(Source())[0].Tokens;
        using GradientTape tape = _device.Record();

        Assert.Equal(plain, model.Greedy(Source())[0].Tokens);
        Assert.True(model.Training);
    }

    private Seq2Seq Make(Seq2SeqAttention attention, long seed = 1)
    {
        Seq2Seq model = new(
            new Seq2SeqOptions
            {
                SourceVocabulary = 6,
                TargetVocabulary = Vocabulary,
                StartToken = 0,
                EndToken = End,
                EmbeddingSize = 4,
                HiddenSize = 6,
                Attention = attention,
                Dropout = 0.5f,
                Seed = seed,
            },
            _device);
        // Larger than they start, so that the steps' distributions differ.
        foreach (Parameter parameter in model.Parameters())
        {
            parameter.Value.Write([.. parameter.Value.ToArray().Select(value => 3 * value)]);
        }

        return model;
    }

    private Tensor Source() => Tensor.From([1, 2, 3, 4, 5, 0, 2, 2, 5], [3, 3], _device);

    // With the end token, if it came.
    private static int[] TokensOf(DecodedSequence sequence) =>
        sequence.Ended ? [.. sequence.Tokens, End] : [.. sequence.Tokens];

    // All that end within so many tokens, and all that do not.
    private static IEnumerable<int[]> Sequences(int length)
    {
        int[][] open = [[]];
        for (int step = 0; step < length; step++)
        {
            foreach (int[] start in open)
            {
                yield return [.. start, End];
            }

            open =
            [
                .. open.SelectMany(start => Enumerable.Range(0, End).Select(token => (int[])[.. start, token])),
            ];
        }

        foreach (int[] whole in open)
        {
            yield return whole;
        }
    }

    // Of each step, from the logits of the whole sequence.
    private double[][] LogProbabilities(Seq2Seq model, Tensor source, int row, int[] tokens)
    {
        model.SetTraining(false);
        float[] logits = model.Forward(
            source[row..(row + 1)], Tensor.From(tokens, [1, tokens.Length], _device)).ToArray();
        model.SetTraining(true);
        return
        [
            .. logits.Chunk(Vocabulary).Select(step =>
            {
                double sum = Math.Log(step.Sum(value => Math.Exp(value)));
                return step.Select(value => value - sum).ToArray();
            }),
        ];
    }
}
