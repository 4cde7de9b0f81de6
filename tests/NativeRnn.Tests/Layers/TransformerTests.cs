using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Layers;

public sealed class TransformerTests : IDisposable
{
    private const int Size = 6;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(false, Activation.Relu)]
    [InlineData(true, Activation.Gelu)]
    public void EncoderLayer_IsTheEquation(bool normFirst, Activation activation)
    {
        TransformerEncoderLayer layer = Make(normFirst, activation);
        Tensor x = Numbers.Tensor(_device, 1, 2, 4, Size);
        int[] lengths = [4, 3];

        Tensor y = layer.Forward(x, Tensor.From(lengths, [2], _device), causal: true);

        Numbers.AssertClose(Plain(layer, x, lengths), y.ToArray(), 2e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Encoder_Gradients_AreTheDifferences(bool normFirst)
    {
        TransformerEncoder encoder = new(
            [Make(normFirst, Activation.Gelu)],
            normFirst ? new LayerNormalization(Size, 0.1f, device: _device) : null);
        Tensor x = Numbers.Tensor(_device, 1, 2, 3, Size).RequireGradient();
        Tensor lengths = Tensor.From([3, 2], [2], _device);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(encoder.Forward(x, lengths), _device),
            [x, .. GradientCheck.ParametersOf(encoder)]);
    }

    [Fact]
    public void Sequential_WithMaskedSteps_AttendsToTheOthersOnly()
    {
        Sequential model = new()
        {
            new Masking(0),
            new TransformerEncoder([Make(false, Activation.Relu), Make(true, Activation.Relu)]),
            new MultiHeadAttention(Size, 2, seed: 5, device: _device),
            new GlobalAveragePool1d(),
        };
        model.SetTraining(false);
        float[] values = Numbers.Tensor(_device, 1, 1, 3, Size).ToArray();

        float[] alone = model.Forward(Tensor.From(values, [1, 3, Size], _device)).ToArray();
        float[] padded = model.Forward(Tensor.From(
            [.. new float[Size], .. values, .. new float[2 * Size]], [1, 6, Size], _device)).ToArray();

        Numbers.AssertClose([.. alone.Select(value => (double)value)], padded, 1e-5);
    }

    [Fact]
    public void Encoder_Names_ArePyTorchs_AndLoadIntoATwin()
    {
        TransformerEncoder Build(long seed) => new(
            [
                new TransformerEncoderLayer(Size, 2, 8, seed: seed, device: _device),
                new TransformerEncoderLayer(Size, 2, 8, seed: seed + 1, device: _device),
            ],
            new LayerNormalization(Size, device: _device));
        TransformerEncoder encoder = Build(1), twin = Build(5);
        encoder.SetTraining(false);
        twin.SetTraining(false);
        Tensor x = Numbers.Tensor(_device, 1, 2, 3, Size);

        Assert.Equal(
            [
                "layers.1.self_attn.in_proj_weight", "layers.1.self_attn.in_proj_bias",
                "layers.1.self_attn.out_proj.weight", "layers.1.self_attn.out_proj.bias",
                "layers.1.linear1.weight", "layers.1.linear1.bias",
                "layers.1.linear2.weight", "layers.1.linear2.bias",
                "layers.1.norm1.weight", "layers.1.norm1.bias",
                "layers.1.norm2.weight", "layers.1.norm2.bias",
                "norm.weight", "norm.bias",
            ],
            encoder.StateDict().Keys.SkipWhile(
                name => name.StartsWith("layers.0", StringComparison.Ordinal)));
        twin.LoadStateDict(encoder.StateDict());
        Assert.Equal(encoder.Forward(x).ToArray(), twin.Forward(x).ToArray());
    }

    [Fact]
    public void Encoder_PaddedRow_EqualsTheUnpadded()
    {
        TransformerEncoderLayer layer = Make(false, Activation.Relu);
        Tensor x = Numbers.Tensor(_device, 1, 1, 5, Size);

        float[] padded = layer.Forward(x, Tensor.From([3], [1], _device)).ToArray();
        float[] plain = layer.Forward(x[.., ..3]).ToArray();

        Numbers.AssertClose(
            [.. plain.Select(value => (double)value)], padded[..(3 * Size)], 1e-6);
    }

    [Fact]
    public void Encoder_Threads_GiveTheSameBits()
    {
        using Device three = TestDevice.Open(3);
        Assert.Equal(RunOn(_device), RunOn(three));

        static float[] RunOn(Device device)
        {
            TransformerEncoderLayer layer = new(32, 4, 64, 0.2f, seed: 1, device: device);
            Tensor x = Numbers.Tensor(device, 1, 8, 40, 32).RequireGradient();
            using GradientTape tape = device.Record();
            tape.Backward(layer.Forward(x).Square().Sum());
            return [.. x.Gradient!.ToArray(), .. layer.Parameters().SelectMany(
                parameter => parameter.Gradient.ToArray())];
        }
    }

    [Fact]
    public void PositionalEncoding_Sinusoidal_IsTheEquation()
    {
        Tensor y = new PositionalEncoding(5, 50, device: _device)
            .Forward(Tensor.Ones([1, 40, 5], _device));

        IEnumerable<double> wanted =
            from t in Enumerable.Range(0, 40)
            from c in Enumerable.Range(0, 5)
            let angle = t / Math.Pow(10000, c / 2 * 2 / 5.0)
            select 1 + (c % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
        Numbers.AssertClose([.. wanted], y.ToArray(), 1e-6);
    }

    [Fact]
    public void PositionalEncoding_Learned_HasAGradient()
    {
        PositionalEncoding layer = new(3, 4, learned: true, seed: 1, device: _device);
        Tensor x = Numbers.Tensor(_device, 1, 2, 2, 3).RequireGradient();

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x), _device),
            x,
            layer.Weight!.Value);
        Assert.Equal(["weight"], layer.StateDict().Keys);
        Assert.Empty(new PositionalEncoding(3, 4, device: _device).StateDict());
        Assert.Contains("at most 4", Assert.Throws<ArgumentException>(
            () => layer.Forward(Tensor.Ones([1, 5, 3], _device))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gelu_IsItsDefinition_AndHasItsGradient()
    {
        float[] values = [-9, -3, -1.5f, -0.7f, -0.1f, 0, 0.2f, 0.8f, 1.7f, 4, 20];
        Tensor x = Tensor.From(values, [values.Length], _device).RequireGradient();

        Numbers.AssertClose(
            [.. values.Select(value => PlainGelu(value))], x.Gelu().ToArray(), 1e-6);
        GradientCheck.Run(
            _device, () => GradientCheck.WeightedSum(x.Gelu(), _device), x);
        // (1 + erf(1 / sqrt 2)) / 2
        Assert.Equal(0.84134475f, Tensor.Ones([1], _device).Gelu().Item(), 1e-6f);
    }

    [Fact]
    public void Encoder_WrongParts_SayWhatAndHow()
    {
        Assert.Throws<ArgumentException>(() => new TransformerEncoder([]));
        Assert.Contains("[6, 4]", Assert.Throws<ArgumentException>(() => new TransformerEncoder(
            [
                new TransformerEncoderLayer(6, 2, 8, device: _device),
                new TransformerEncoderLayer(4, 2, 8, device: _device),
            ])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new TransformerEncoderLayer(6, 2, 0, device: _device));
    }

    private TransformerEncoderLayer Make(bool normFirst, Activation activation) => new(
        Size, 2, 5, dropout: 0, activation, normFirst, epsilon: 0.1f, seed: 1, device: _device);

    // The distribution function is 1/2 and the density's integral from 0 to x, by Simpson's rule.
    private static double PlainGelu(double x)
    {
        const int Parts = 2000;
        double sum = 0;
        for (int at = 0; at <= Parts; at++)
        {
            double place = x * at / Parts;
            double weight = at is 0 or Parts ? 1 : at % 2 == 1 ? 4 : 2;
            sum += weight * Math.Exp(-place * place / 2);
        }

        return x * (0.5 + (x / Parts / 3 * sum / Math.Sqrt(2 * Math.PI)));
    }

    private double[] Plain(TransformerEncoderLayer layer, Tensor x, int[] lengths)
    {
        double[] start = PlainAttention.Doubles(x);
        double[] Attend(double[] from)
        {
            Tensor input = Tensor.From(
                [.. from.Select(value => (float)value)], x.Shape, _device);
            return new PlainAttention(layer, 2, "self_attn.").Run(input, input, lengths, true).Output;
        }

        if (layer.NormFirst)
        {
            double[] attended = Sum(start, Attend(Norm(layer, "norm1", start)));
            return Sum(attended, FeedForward(layer, Norm(layer, "norm2", attended)));
        }

        double[] normal = Norm(layer, "norm1", Sum(start, Attend(start)));
        return Norm(layer, "norm2", Sum(normal, FeedForward(layer, normal)));
    }

    private static double[] FeedForward(TransformerEncoderLayer layer, double[] x)
    {
        Dictionary<string, Tensor> state = layer.StateDict();
        double[] inner = PlainAttention.PlainLinear(
            x, Size, state["linear1.weight"].ToArray(), state["linear1.bias"].ToArray());
        double[] active =
        [
            .. inner.Select(value =>
                layer.Activation == Activation.Relu ? Math.Max(value, 0) : PlainGelu(value)),
        ];
        return PlainAttention.PlainLinear(
            active, 5, state["linear2.weight"].ToArray(), state["linear2.bias"].ToArray());
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (left, right) => left + right)];

    // The weights are ones, the biases zeros.
    private static double[] Norm(TransformerEncoderLayer layer, string name, double[] x)
    {
        Assert.All(layer.StateDict()[$"{name}.weight"].ToArray(), value => Assert.Equal(1f, value));
        return
        [
            .. x.Chunk(Size).SelectMany(row =>
            {
                double mean = row.Average();
                double variance = row.Average(value => (value - mean) * (value - mean));
                return row.Select(value => (value - mean) / Math.Sqrt(variance + 0.1f));
            }),
        ];
    }
}
