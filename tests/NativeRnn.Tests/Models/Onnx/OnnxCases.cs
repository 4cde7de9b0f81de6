using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Training;

namespace NativeRnn.Tests.Models.Onnx;

/// <summary>The models whose exports are run.</summary>
internal static class OnnxCases
{
    public static IReadOnlyDictionary<string, Func<OnnxCase>> All { get; } = new Dictionary<string, Func<OnnxCase>>(
        [.. OnnxRecurrentCases.All(), .. Dense(), .. Attention(), .. Convolution(), .. Operations(), .. Models()]);

    /// <summary>Models whose files hold operators that sort.</summary>
    public static IReadOnlyDictionary<string, Func<OnnxCase>> Sorting { get; } = OnnxRecurrentCases.Masked();

    private static Dictionary<string, Func<OnnxCase>> Dense() => new()
    {
        ["linear of sequences"] = () => OnnxCase.Of(new Linear(6, 4, seed: 1)),
        ["linear of rows, no bias"] =
            () => OnnxCase.Of(new Linear(6, 4, bias: false, seed: 1), OnnxInput.Floats("x", "batch", 6)),
        ["dense softmax"] = () => OnnxCase.Of(
            new Dense(5, Activation.Softmax, seed: 1), OnnxInput.Floats("x", "batch", 6)),
        ["dense softplus, gelu, sigmoid"] = () => OnnxCase.Of(new Sequential(
            new Dense(7, Activation.Softplus, seed: 1), new Dense(5, Activation.Gelu, seed: 2),
            new Dense(3, Activation.Sigmoid, seed: 3))),
        ["embedding, lstm, dense"] = () => OnnxCase.Of(
            new Sequential(
                new Embedding(10, 6, seed: 1), new Lstm(8, returnSequences: true, seed: 2), new Dropout(0.5f),
                new Dense(10, seed: 3)),
            OnnxCase.Tokens),
        ["language model"] = () => OnnxCase.Of(
            new LanguageModel(new LanguageModelOptions { Vocabulary = 10, Embedding = 6, Hidden = 8, Layers = 2 }),
            OnnxInput.Indices("tokens", "time", "batch")),
        ["layer normalization"] = () => OnnxCase.Of(new LayerNormalization(6)),
        ["layer normalization, no weights"] = () => OnnxCase.Of(new LayerNormalization(epsilon: 0.1f, affine: false)),
        ["time distributed, flatten, reshape, permute, repeat"] = () => OnnxCase.Of(
            new Sequential(
                new TimeDistributed(new Dense(4, seed: 1)), new Permute(2, 1), new Flatten(),
                new Reshape(4, 3, 2), new Flatten(), new RepeatVector(3)),
            OnnxInput.Floats("x", "batch", 6, 6)),
    };

    private static Dictionary<string, Func<OnnxCase>> Attention() => new()
    {
        ["multi-head attention"] = () => OnnxCase.Of(new MultiHeadAttention(6, 2, seed: 1)),
        ["multi-head attention, causal, lengths"] = () =>
        {
            MultiHeadAttention layer = new(6, 3, seed: 1);
            return OnnxCase.Of(layer, [OnnxCase.Sequences, OnnxCase.Lengths], x =>
            {
                AttentionOutput output = layer.Forward(x[0], x[0], x[0], x[1], causal: true);
                return [("y", output.Output), ("weights", output.Weights)];
            });
        },
        ["multi-head attention to another sequence"] = () =>
        {
            MultiHeadAttention layer = new(6, 3, bias: false, seed: 1);
            OnnxInput keys = OnnxInput.Floats("keys", "batch", "source", 6);
            return OnnxCase.Of(
                layer, [OnnxCase.Sequences, keys], x => [("y", layer.Forward(x[0], x[1], x[1]).Output)]);
        },
        ["additive attention, lengths"] = () => ToKeys(new AdditiveAttention(6, 5, 7, seed: 1)),
        ["luong attention, dot"] = () => ToKeys(new LuongAttention(LuongScore.Dot, 6, seed: 1), 6),
        ["luong attention, general"] = () => ToKeys(new LuongAttention(LuongScore.General, 6, 5, seed: 1)),
        ["luong attention, concat"] = () => ToKeys(new LuongAttention(LuongScore.Concat, 6, 5, seed: 1)),
        ["transformer encoder"] = () => OnnxCase.Of(Transformer(normFirst: false, Activation.Relu)),
        ["transformer encoder, norm first, gelu, positions"] = () => OnnxCase.Of(new Sequential(
            new PositionalEncoding(6, 50, seed: 1), Transformer(normFirst: true, Activation.Gelu),
            new GlobalAveragePool1d(), new Dense(3, seed: 2))),
        ["transformer encoder, causal, lengths, learned positions"] = () =>
        {
            TransformerEncoder encoder = Transformer(normFirst: false, Activation.Relu);
            PositionalEncoding positions = new(6, 50, learned: true, seed: 1);
            return OnnxCase.Of(
                new Parts(encoder, positions),
                [OnnxCase.Sequences, OnnxCase.Lengths],
                x => [("y", encoder.Forward(positions.Forward(x[0]), x[1], causal: true))]);
        },
    };

    private static Dictionary<string, Func<OnnxCase>> Convolution() => new()
    {
        ["convolution, valid"] = () => OnnxCase.Of(new Conv1d(5, 3, seed: 1)),
        ["convolution, same, even kernel, relu"] =
            () => OnnxCase.Of(new Conv1d(5, 4, TimePadding.Same, activation: Activation.Relu, seed: 1)),
        ["convolution, same, stride"] = () => OnnxCase.Of(new Conv1d(5, 4, TimePadding.Same, stride: 3, seed: 1)),
        ["convolution, causal, dilation, stride"] =
            () => OnnxCase.Of(new Conv1d(5, 3, TimePadding.Causal, stride: 2, dilation: 2, seed: 1)),
        ["convolution, groups, no bias"] =
            () => OnnxCase.Of(new Conv1d(4, 3, groups: 2, bias: false, seed: 1)),
        ["max pooling"] = () => OnnxCase.Of(new MaxPool1d(3, 2)),
        ["max pooling, causal"] = () => OnnxCase.Of(new MaxPool1d(3, 2, TimePadding.Causal)),
        ["average pooling, valid"] = () => OnnxCase.Of(new AveragePool1d(2)),
        ["average pooling, same"] = () => OnnxCase.Of(new AveragePool1d(3, 2, TimePadding.Same)),
        ["convolution, pooling, gru, dense"] = () => OnnxCase.Of(new Sequential(
            new Conv1d(5, 3, TimePadding.Same, seed: 1), new MaxPool1d(), new Gru(8, seed: 2), new Dense(2, seed: 3))),
        ["global pooling, lengths"] = () =>
        {
            (GlobalMaxPool1d most, GlobalAveragePool1d mean) = (new GlobalMaxPool1d(), new GlobalAveragePool1d());
            return OnnxCase.Of(
                new Parts(most, mean),
                [OnnxCase.Sequences, OnnxCase.Lengths],
                x => [("most", most.Forward(x[0], x[1])), ("mean", mean.Forward(x[0], x[1]))]);
        },
    };

    private static Dictionary<string, Func<OnnxCase>> Operations() => new()
    {
        ["arithmetic"] = () => OnnxCase.Of(x => ((2 * x) - 1) / ((x * x) + 3) + (1 / (x.Abs() + 1)) - (-x / 7f)),
        ["functions"] = () => OnnxCase.Of(
            x => x.Exp() + x.Abs().Sqrt() + (x.Square() + 1).Log() + x.Gelu() + x.Softplus() + x.Tanh().Relu()),
        ["comparisons and where"] = () => OnnxCase.Of(
            x => Tensor.Where(x.Greater(0.2f), x, x.Less(-0.3f) - x) + x.EqualTo(x)),
        ["reductions"] = () => OnnxCase.Of(
            x => x.Sum(axis: 1, keepDims: true) + x.Mean(axis: -1, keepDims: true) + x.Max(axis: 0) + x.Sum() + x.Max()
                + x.Mean()),
        ["softmax along time, log softmax"] = () => OnnxCase.Of(x => x.Softmax(axis: 1) + x.LogSoftmax()),
        ["argmax"] = () => OnnxCase.Of(x => x.ArgMax()),
        ["slices"] = () => OnnxCase.Of(x => Tensor.Concat(
            [x[.., ^1], x[.., 2], x[.., 1..^2].Mean(axis: 1), x[.., (x.Shape[1] / 2 * 0)..3, ^4..].Flatten(1)], -1)),
        ["shifted sum with a residual"] = () => OnnxCase.Of(x => x[.., 1..] + x[.., ..^1]),
        ["stack, permute, flatten, reshape"] = () => OnnxCase.Of(x => Tensor
            .Stack([x, x * 2], axis: 1).Permute(2, 0, 3, 1).Reshape(x.Shape[0] * x.Shape[1], 12)),
        ["broadcast"] = () => OnnxCase.Of(
            x => x.Mean(axis: 1).Reshape(x.Shape[0], 1, 6).BroadcastTo(x.Shape[0], x.Shape[1], 6) - x),
        ["made zeros and ones"] = () => OnnxCase.Of(x => Tensor.Concat(
            [Tensor.Zeros([x.Shape[0], 1, 6]), x, Tensor.Full([x.Shape[0], x.Shape[1], 6], 3)], axis: 1)),
        ["gather, matmul"] = () => OnnxCase.Of(x =>
        {
            Tensor rows = Tensor.From([.. Enumerable.Range(0, 6).Select(at => at / 2f)], [6, 1], x.Device);
            return x.MatMul(rows) + x.MatMul(x.Transpose()).Mean(axis: -1, keepDims: true);
        }),
    };

    private static Dictionary<string, Func<OnnxCase>> Models()
    {
        Dictionary<string, Func<OnnxCase>> all = new()
        {
            ["module of one's own"] = () => OnnxCase.Of(new GatedResidual()),
            ["the input itself"] = () => OnnxCase.Of(
                new Lambda(x => x), [OnnxCase.Sequences], x => [("y", x[0]), ("again", x[0])]),
        };
        foreach (Seq2SeqAttention attention in Enum.GetValues<Seq2SeqAttention>())
        {
            all[$"sequence to sequence, {attention} attention"] = () => SourceToTarget(attention, lengths: false);
        }

        all["sequence to sequence, lengths"] = () => SourceToTarget(Seq2SeqAttention.General, lengths: true);
        all["sequence to sequence, tied output"] =
            () => SourceToTarget(Seq2SeqAttention.General, lengths: false, tied: true);
        return all;
    }

    private static OnnxCase SourceToTarget(Seq2SeqAttention attention, bool lengths, bool tied = false)
    {
        Seq2Seq model = new(new Seq2SeqOptions
        {
            SourceVocabulary = 10,
            TargetVocabulary = 10,
            StartToken = 8,
            EndToken = 9,
            EmbeddingSize = 5,
            HiddenSize = 6,
            OutputSize = tied ? 5 : null,
            TiedOutput = tied,
            NumLayers = 2,
            Bidirectional = true,
            Attention = attention,
            Seed = 1,
        });
        OnnxInput target = OnnxInput.Indices("target", "batch", "target_time");
        return OnnxCase.Of(
            model,
            lengths ? [OnnxCase.Tokens, target, OnnxCase.Lengths] : [OnnxCase.Tokens, target],
            x => [("logits", model.Forward(x[0], x[1], lengths ? x[2] : null))]);
    }

    private static OnnxCase ToKeys(SequenceAttention layer, int keySize = 5) => OnnxCase.Of(
        layer,
        [
            OnnxInput.Floats("query", "batch", "query_time", 6), OnnxInput.Floats("keys", "batch", "time", keySize),
            OnnxCase.Lengths,
        ],
        x => [("y", layer.Forward(x[0], x[1], x[2]).Output)]);

    private static TransformerEncoder Transformer(bool normFirst, Activation activation) => new(
        [.. Enumerable.Range(0, 2).Select(layer => new TransformerEncoderLayer(
            6, 2, 9, activation: activation, normFirst: normFirst, seed: layer))],
        normFirst ? new LayerNormalization(6) : null);

    /// <summary>Gives layers their names.</summary>
    private sealed class Parts : Module
    {
        internal Parts(params Module[] parts)
        {
            for (int place = 0; place < parts.Length; place++)
            {
                Register($"part{place}", parts[place]);
            }
        }
    }

    /// <summary>A residual around a recurrence, gated by what both directions have seen.</summary>
    private sealed class GatedResidual : Module
    {
        private readonly Lstm _lstm;
        private readonly Linear _gate;

        internal GatedResidual()
        {
            _lstm = Register("lstm", new Lstm(6, 6, batchFirst: true, bidirectional: true, seed: 1));
            _gate = Register("gate", new Linear(12, 6, seed: 2));
        }

        public override Tensor Forward(Tensor input)
        {
            Tensor both = _lstm.Forward(input);
            Tensor gate = _gate.Forward(both).Sigmoid();
            return (gate * (both[.., .., ..6] + both[.., .., 6..])) + ((1 - gate) * input);
        }
    }
}
