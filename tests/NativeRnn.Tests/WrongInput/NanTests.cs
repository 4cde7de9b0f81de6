using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.WrongInput;

/// <summary>No NaN passes silently: what is made of one is NaN, and training stops.</summary>
public sealed class NanTests : IDisposable
{
    private static readonly Dictionary<string, Loss> Losses = new()
    {
        ["mean squared error"] = new MeanSquaredError(),
        ["mean absolute error"] = new MeanAbsoluteError(),
        ["huber"] = new Huber(),
        ["log-cosh"] = new LogCosh(),
        ["binary cross-entropy"] = new BinaryCrossEntropy(),
        ["binary cross-entropy of probabilities"] = new BinaryCrossEntropy(fromLogits: false),
        ["categorical cross-entropy"] = new CategoricalCrossEntropy(),
        ["categorical cross-entropy of probabilities"] = new CategoricalCrossEntropy(false),
        ["Kullback-Leibler"] = new KullbackLeibler(),
        ["Kullback-Leibler of probabilities"] = new KullbackLeibler(false),
    };

    private static readonly Dictionary<string, Func<Device, Module>> Kinds = new()
    {
        ["lstm"] = d => new Lstm(4, 3, device: d),
        ["gru"] = d => new Gru(4, 3, device: d),
        ["simple rnn"] = d => new SimpleRnn(4, 3, device: d),
        ["relu rnn"] = d => new SimpleRnn(4, 3, activation: Activation.Relu, device: d),
        ["hard sigmoid lstm"] = d => new Lstm(4, 3, device: d, options: new RecurrentOptions
        {
            RecurrentActivation = GateActivation.HardSigmoid(),
        }),
        ["clipped lstm"] = d => new Lstm(
            4, 3, device: d, options: new RecurrentOptions { CellClip = 1 }),
        ["indrnn"] = d => new IndRnn(4, 3, device: d),
        ["min gru"] = d => new MinGru(4, 3, device: d),
        ["min lstm"] = d => new MinLstm(4, 3, device: d),
        ["linear"] = d => new Linear(4, 3, device: d),
        ["relu"] = _ => new ActivationLayer(Activation.Relu),
        ["convolution"] = d => new Conv1d(4, 3, 2, device: d),
        ["max pooling"] = _ => new MaxPool1d(2, 1),
        ["average pooling"] = _ => new AveragePool1d(2, 1),
        ["global max pooling"] = _ => new GlobalMaxPool1d(),
        ["global average pooling"] = _ => new GlobalAveragePool1d(),
        ["layer normalisation"] = d => new LayerNormalization(4, device: d),
        ["attention"] = d => new MultiHeadAttention(4, 2, device: d),
        ["transformer"] = d => new TransformerEncoderLayer(4, 2, 8, 0, device: d),
    };

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<string> LossNames() => [.. Losses.Keys];

    public static TheoryData<string> LayerNames() => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(LossNames))]
    public void Loss_OfAPredictionNaN_IsNaN(string name) => Assert.True(float.IsNaN(
        Losses[name].Evaluate(WithNan(), Tensor.Full([3, 2], 0.5f, _device)).Item()));

    [Theory]
    [MemberData(nameof(LossNames))]
    public void Loss_OfATargetNaN_IsNaN(string name) => Assert.True(float.IsNaN(
        Losses[name].Evaluate(Tensor.Full([3, 2], 0.5f, _device), WithNan()).Item()));

    [Fact]
    public void QuantileLoss_OfNaN_IsNaN()
    {
        QuantileLoss loss = new(0.25f, 0.75f);
        Tensor targets = Tensor.From([0f, float.NaN, 1], _device);

        Assert.True(float.IsNaN(loss.Evaluate(WithNan(), Tensor.Zeros([3], _device)).Item()));
        Assert.True(float.IsNaN(loss.Evaluate(Tensor.Zeros([3, 2], _device), targets).Item()));
    }

    [Fact]
    public void CrossEntropy_OfALogitNaN_IsNaN() => Assert.True(float.IsNaN(
        new CrossEntropyLoss().Evaluate(WithNan(), Tensor.From([0, 1, 1], _device)).Item()));

    [Fact]
    public void Ctc_OfALogitNaN_IsNaN()
    {
        float[] logits = new float[12];
        logits[4] = float.NaN;

        Assert.True(float.IsNaN(new CtcLoss(zeroInfinity: true).Evaluate(
            Tensor.From(logits, [1, 4, 3], _device), Tensor.From([1, 2], [1, 2], _device)).Item()));
    }

    [SkippableTheory]
    [MemberData(nameof(LayerNames))]
    public void Layer_OfAnInputNaN_GivesNaN(string name)
    {
        if (name is "hard sigmoid lstm" or "clipped lstm")
        {
            TestDevice.SkipOptionsOnCuda();
        }

        float[] values = Numbers.Uniform(12, 1);
        values[1] = float.NaN;

        float[] y = LayerOf(name).Forward(Tensor.From(values, [1, 3, 4], _device)).ToArray();

        Assert.Contains(y, float.IsNaN);
    }

    [Fact]
    public void Fit_OfAnInputNaN_Stops()
    {
        Sequential model = new(new Dense(1));
        model.Compile(new MeanSquaredError(), new Sgd());

        NativeRnnException thrown = Assert.Throws<NativeRnnException>(
            () => model.Fit(WithNan(), Tensor.Zeros([3, 1], _device)));

        Assert.Contains("NaN", thrown.Message, StringComparison.Ordinal);
    }

    private Module LayerOf(string name) => Kinds[name](_device);

    private Tensor WithNan() => Tensor.From([0.5f, 0.5f, 0.5f, float.NaN, 0.5f, 0.5f], [3, 2], _device);
}
