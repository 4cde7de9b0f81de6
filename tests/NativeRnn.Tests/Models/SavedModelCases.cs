using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Models;

/// <summary>Modules of every kind, each setting at a value that is not its default in one of them.</summary>
internal static class SavedModelCases
{
    private static readonly RecurrentOptions LstmOptions = new()
    {
        LearnedInitialState = true,
        RecurrentActivation = GateActivation.HardSigmoid(0.3f, 0.4f),
        Activation = GateActivation.Elu(0.7f),
        OutputActivation = GateActivation.Softsign,
        Peephole = true,
        CoupledGates = true,
        LayerNormalization = true,
        NormalizationEpsilon = 1e-3f,
        CellClip = 0.9f,
        ProjectionClip = 0.8f,
        ZoneoutHidden = 0.1f,
        ZoneoutCell = 0.2f,
        KernelInitializer = Initializer.HeNormal,
    };

    private static readonly RecurrentOptions KerasOptions = new()
    {
        MergeMode = MergeMode.Sum,
        GoBackwards = true,
        Dropout = 0.1f,
        RecurrentDropout = 0.2f,
        WeightDropout = 0.3f,
    };

    public static IReadOnlyList<SavedModelCase> All { get; } =
        [.. Recurrent(), .. Cells(), .. Scans(), .. Weighted(), .. Shapes(), .. Attention(), .. Models()];

    private static IEnumerable<SavedModelCase> Recurrent()
    {
        yield return SavedModelCase.Of("Lstm of Keras", _ => new Lstm(4, returnSequences: true), 2, 3, 5);
        yield return SavedModelCase.Of(
            "Lstm of Keras, last step, both ways, with options",
            _ => new Lstm(4, bidirectional: true, options: KerasOptions), 2, 3, 5);
        yield return SavedModelCase.Of(
            "Lstm, stateful, with state",
            _ => new Lstm(4, stateful: true, returnState: true, goBackwards: true), 2, 3, 5);
        yield return SavedModelCase.Of(
            "Lstm of PyTorch",
            device => new Lstm(
                5, 4, 2, bias: false, batchFirst: true, dropout: 0.5f, bidirectional: true, device: device),
            2, 3, 5);
        yield return SavedModelCase.Of(
            "Lstm with a projection and options",
            device => new Lstm(5, 4, 2, projSize: 3, device: device, options: LstmOptions), 3, 2, 5);
        yield return SavedModelCase.Of(
            "Lstm in parts",
            device => new Lstm(5, 4, device: device, options: new RecurrentOptions { CheckpointSteps = 2 }),
            3, 2, 5);
        yield return SavedModelCase.Of("Gru of Keras", _ => new Gru(4, resetAfter: false), 2, 3, 5);
        yield return SavedModelCase.Of(
            "Gru of PyTorch with options",
            device => new Gru(5, 4, 2, resetAfter: false, device: device, options: new RecurrentOptions
            {
                RecurrentActivation = GateActivation.Affine(0.5f, 0.25f),
                Activation = GateActivation.Relu,
            }),
            3, 2, 5);
        yield return SavedModelCase.Of(
            "SimpleRnn of Keras", _ => new SimpleRnn(4, activation: Activation.Relu), 2, 3, 5);
        yield return SavedModelCase.Of(
            "SimpleRnn of PyTorch with options",
            device => new SimpleRnn(5, 4, 2, device: device, options: new RecurrentOptions
            {
                Activation = GateActivation.Sigmoid,
            }),
            3, 2, 5);
    }

    private static IEnumerable<SavedModelCase> Cells()
    {
        yield return SavedModelCase.Of(
            "LstmCell", device => new LstmCell(5, 4, bias: false, device: device), 2, 5);
        yield return SavedModelCase.Of(
            "GruCell", device => new GruCell(5, 4, resetAfter: false, device: device), 2, 5);
        yield return SavedModelCase.Of(
            "SimpleRnnCell",
            device => new SimpleRnnCell(5, 4, activation: Activation.Relu, device: device), 2, 5);
        yield return SavedModelCase.Of(
            "Rnn of a cell with options",
            device => new Rnn(
                new LstmCell(5, 4, device: device, options: new RecurrentOptions { Peephole = true }),
                returnSequences: true, returnState: true, goBackwards: true, stateful: true,
                batchFirst: false),
            3, 2, 5);
    }

    private static IEnumerable<SavedModelCase> Scans()
    {
        yield return SavedModelCase.Of(
            "IndRnn of Keras", _ => new IndRnn(4, activation: Activation.Tanh), 2, 3, 5);
        yield return SavedModelCase.Of(
            "IndRnn of PyTorch",
            device => new IndRnn(5, 4, bias: false, bidirectional: true, device: device), 3, 2, 5);
        yield return SavedModelCase.Of("MinGru", _ => new MinGru(4, returnSequences: true), 2, 3, 5);
        yield return SavedModelCase.Of(
            "MinLstm", device => new MinLstm(5, 4, batchFirst: true, device: device), 2, 3, 5);
    }

    private static IEnumerable<SavedModelCase> Weighted()
    {
        yield return SavedModelCase.Of("Dense", _ => new Dense(3, Activation.Gelu, bias: false), 2, 5);
        yield return SavedModelCase.Of("Linear", device => new Linear(5, 3, device: device), 2, 5);
        yield return SavedModelCase.OfIndices(
            "Embedding",
            device => new Embedding(5, 3, paddingIndex: 1, device: device, maskZero: true), 2, 4);
        yield return SavedModelCase.Of("LayerNormalization", _ => new LayerNormalization(0.01f), 2, 5);
        yield return SavedModelCase.Of(
            "LayerNormalization without weights", _ => new LayerNormalization(affine: false), 2, 5);
        yield return SavedModelCase.Of(
            "Conv1d of Keras",
            _ => new Conv1d(4, 3, TimePadding.Causal, 1, 2, 2, Activation.Relu, bias: false), 2, 6, 4);
        yield return SavedModelCase.Of(
            "Conv1d of PyTorch",
            device => new Conv1d(4, 6, 3, 2, TimePadding.Same, device: device), 2, 6, 4);
    }

    private static IEnumerable<SavedModelCase> Shapes()
    {
        yield return SavedModelCase.Of("Dropout", _ => new Dropout(0.25f), 2, 5);
        yield return SavedModelCase.Of("Masking", _ => new Masking(-0.5f), 2, 3, 5);
        yield return SavedModelCase.Of("Masking of NaN", _ => new Masking(float.NaN), 2, 3, 5);
        yield return SavedModelCase.Of(
            "ActivationLayer", _ => new ActivationLayer(Activation.Softplus), 2, 5);
        yield return SavedModelCase.Of("MaxPool1d", _ => new MaxPool1d(3, 2, TimePadding.Same), 2, 6, 4);
        yield return SavedModelCase.Of(
            "AveragePool1d", _ => new AveragePool1d(3, 1, TimePadding.Causal), 2, 6, 4);
        yield return SavedModelCase.Of("StepDropout", _ => new StepDropout(0.25f), 2, 6, 4);
        yield return SavedModelCase.Of("GlobalMaxPool1d", _ => new GlobalMaxPool1d(), 2, 6, 4);
        yield return SavedModelCase.Of("GlobalAveragePool1d", _ => new GlobalAveragePool1d(), 2, 6, 4);
        yield return SavedModelCase.Of("Flatten", _ => new Flatten(2), 2, 3, 4, 2);
        yield return SavedModelCase.Of("Reshape", _ => new Reshape(-1, 2), 2, 3, 4);
        yield return SavedModelCase.Of("Permute", _ => new Permute(2, 1), 2, 3, 4);
        yield return SavedModelCase.Of("RepeatVector", _ => new RepeatVector(3), 2, 4);
    }

    private static IEnumerable<SavedModelCase> Attention()
    {
        yield return SavedModelCase.Of(
            "AdditiveAttention", device => new AdditiveAttention(3, 4, 5, device: device), Attend);
        foreach (LuongScore score in Enum.GetValues<LuongScore>())
        {
            yield return SavedModelCase.Of(
                $"LuongAttention {score}",
                device => new LuongAttention(score, 3, score == LuongScore.Dot ? 3 : 4, device: device),
                Attend);
        }

        yield return SavedModelCase.Of(
            "MultiHeadAttention",
            device => new MultiHeadAttention(6, 3, 0.1f, bias: false, device: device), 2, 3, 6);
        yield return SavedModelCase.Of("TransformerEncoderLayer", EncoderLayer, 2, 3, 6);
        yield return SavedModelCase.Of(
            "TransformerEncoder",
            device => new TransformerEncoder(
                [EncoderLayer(device), EncoderLayer(device)], new LayerNormalization(6, device: device)),
            2, 3, 6);
        yield return SavedModelCase.Of(
            "TransformerEncoder without norm",
            device => new TransformerEncoder([EncoderLayer(device)]), 2, 3, 6);
        yield return SavedModelCase.Of(
            "PositionalEncoding", device => new PositionalEncoding(6, 9, 0.1f, device: device), 2, 3, 6);
        yield return SavedModelCase.Of(
            "PositionalEncoding, learned",
            device => new PositionalEncoding(6, 9, learned: true, device: device), 2, 3, 6);
    }

    private static IEnumerable<SavedModelCase> Models()
    {
        yield return SavedModelCase.OfIndices(
            "Sequential",
            device => new Sequential(
                new Embedding(5, 3, device: device, maskZero: true),
                new Bidirectional(new Lstm(4, returnSequences: true), MergeMode.Average),
                new TimeDistributed(new Sequential(new Dense(6, Activation.Relu), new Dropout(0.5f))),
                new Gru(3),
                new Dense(2, Activation.Softmax)),
            2, 4);
        yield return SavedModelCase.Of(
            "Sequential with one layer twice", _ => Shared(new Dense(5, Activation.Tanh)), 2, 5);
        yield return SavedModelCase.Of(
            "Bidirectional of modules",
            device => new Bidirectional(
                new MinGru(4, returnSequences: true), new IndRnn(4, returnSequences: true), MergeMode.Mul),
            2, 3, 5);
        yield return SavedModelCase.Of("TimeDistributed", _ => new TimeDistributed(new Dense(3)), 2, 3, 5);
        foreach (Seq2SeqAttention attention in Enum.GetValues<Seq2SeqAttention>())
        {
            yield return SavedModelCase.Of(
                $"Seq2Seq {attention}", device => Seq2Seq(attention, device), Translate);
        }

        yield return SavedModelCase.Of(
            "Seq2Seq of a tied output",
            device => new Seq2Seq(
                Seq2Seq(Seq2SeqAttention.General, device).Options with { OutputSize = 3, TiedOutput = true }, device),
            Translate);
        foreach (RnnCell cell in Enum.GetValues<RnnCell>())
        {
            yield return SavedModelCase.OfIndices(
                $"LanguageModel {cell}",
                device => new LanguageModel(
                    new LanguageModelOptions
                    {
                        Vocabulary = 5,
                        Embedding = 3,
                        Hidden = 4,
                        Cell = cell,
                        Layers = 2,
                    },
                    device),
                4, 2);
        }
    }

    private static TransformerEncoderLayer EncoderLayer(Device device) => new(
        6, 2, 7, 0.2f, Activation.Gelu, normFirst: true, epsilon: 1e-3f, device: device);

    private static Sequential Shared(Module layer) => new(layer, new ActivationLayer(Activation.Relu), layer);

    private static Seq2Seq Seq2Seq(Seq2SeqAttention attention, Device device) => new(
        new Seq2SeqOptions
        {
            SourceVocabulary = 5,
            TargetVocabulary = 6,
            StartToken = 4,
            EndToken = 5,
            EmbeddingSize = 3,
            HiddenSize = 4,
            NumLayers = 2,
            Cell = attention == Seq2SeqAttention.Additive ? RnnCell.Gru : RnnCell.Lstm,
            Bidirectional = attention == Seq2SeqAttention.Concat,
            Attention = attention,
            Dropout = 0.1f,
            DrawSamples = false,
        },
        device);

    private static Tensor[] Translate(Seq2Seq model, Device device) =>
        [model.Forward(SavedModelCase.Indices(device, 2, 3), SavedModelCase.Indices(device, 2, 4))];

    private static Tensor[] Attend(SequenceAttention layer, Device device)
    {
        AttentionOutput output = layer.Forward(
            Layers.Numbers.Tensor(device, 1, 2, 3, layer.QuerySize),
            Layers.Numbers.Tensor(device, 2, 2, 5, layer.KeySize));
        return [output.Output, output.Weights];
    }
}
