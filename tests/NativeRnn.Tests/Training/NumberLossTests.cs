using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>Losses of numbers and of yes-or-no answers.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class NumberLossTests : IDisposable
{
    private static readonly float[] Predicted = [0.9f, -1.7f, 0.1f, 3f, -0.4f, 0.55f];
    private static readonly float[] Wanted = [0, 1, 1, 0, 0.25f, 1];

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(0f, 3f)]
    [InlineData(0.2f, 1f)]
    [InlineData(0.2f, 0.5f)]
    public void Binary_OfLogits_IsTheMeanOfItsFormula(float smoothing, float positive)
    {
        BinaryCrossEntropy loss = new(true, smoothing, positive);
        Tensor x = Tensor.From(Predicted, [2, 3], _device).RequireGradient();
        Tensor y = Tensor.From(Wanted, [2, 3], _device);

        LossCheck.Run(_device, () => loss.Evaluate(x, y), x, values => values
            .Select((value, at) => Binary(1 / (1 + Math.Exp(-value)), Wanted[at], smoothing, positive))
            .Average());
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(0.2f, 3f)]
    public void Binary_OfProbabilities_IsTheMeanOfItsFormula(float smoothing, float positive)
    {
        BinaryCrossEntropy loss = new(false, smoothing, positive);
        Tensor x = Tensor.From([0.9f, 0.2f, 0.3f, 0.6f, 0.4f, 0.55f], [6], _device).RequireGradient();
        Tensor y = Tensor.From(Wanted, [6], _device);

        LossCheck.Run(_device, () => loss.Evaluate(x, y), x, values => values
            .Select((value, at) => Binary(value, Wanted[at], smoothing, positive))
            .Average());
    }

    [Fact]
    public void Binary_OfLogitsAt1000_IsExact()
    {
        Tensor x = Tensor.From([1000f, -1000, 1000, -1000, 20], [5], _device).RequireGradient();
        Tensor y = Tensor.From([1f, 0, 0, 1, 1], [5], _device);
        BinaryCrossEntropy loss = new() { Reduction = Reduction.None };
        using GradientTape tape = _device.Record();

        Tensor losses = loss.Evaluate(x, y);
        tape.Backward(losses.Sum());

        float[] got = losses.ToArray();
        Assert.Equal([0, 0, 1000, 1000], got[..4]);
        Assert.Equal(Math.Exp(-20), got[4], 1e-14);
        Assert.Equal([0, 0, 1, -1], x.Gradient!.ToArray()[..4]);
    }

    [Fact]
    public void LogCosh_IsTheMeanOfItsFormula()
    {
        Tensor x = Tensor.From(Predicted, [2, 3], _device).RequireGradient();
        Tensor y = Tensor.From(Wanted, [2, 3], _device);

        LossCheck.Run(_device, () => new LogCosh().Evaluate(x, y), x, values => values
            .Select((value, at) => Math.Log(Math.Cosh(value - Wanted[at])))
            .Average());
    }

    [Theory]
    [InlineData("mse", 4e6)]
    [InlineData("mae", 2000)]
    [InlineData("huber", 1999.5)]
    [InlineData("logcosh", 2000 - 0.693147180559945)]
    public void LossOfNumbers_FarOff_IsFinite(string which, double wanted)
    {
        Tensor x = Tensor.From([1000f, -1000], [2], _device).RequireGradient();
        Tensor y = Tensor.From([-1000f, 1000], [2], _device);
        Loss loss = which switch
        {
            "mse" => new MeanSquaredError(),
            "mae" => new MeanAbsoluteError(),
            "huber" => new Huber(),
            _ => new LogCosh(),
        };
        using GradientTape tape = _device.Record();

        Tensor got = loss.Evaluate(x, y);
        tape.Backward(got);

        Assert.Equal(wanted, got.Item(), wanted * 1e-6);
        Assert.All(x.Gradient!.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Quantile_IsTheMeanOfThePinballs(bool column)
    {
        float[] quantiles = [0.1f, 0.5f, 0.9f];
        float[] targets = [0.3f, -0.2f];
        QuantileLoss loss = new(quantiles);
        Tensor x = Tensor.From(Predicted, [2, 3], _device).RequireGradient();
        Tensor y = Tensor.From(targets, column ? [2, 1] : [2], _device);

        LossCheck.Run(_device, () => loss.Evaluate(x, y), x, values => values
            .Select((value, at) =>
            {
                double error = targets[at / 3] - value;
                return Math.Max(quantiles[at % 3] * error, (quantiles[at % 3] - 1) * error);
            })
            .Average());
    }

    [Fact]
    public void Quantile_OfConstantPredictions_IsLeastAtTheQuantile()
    {
        float[] targets = [.. Enumerable.Range(0, 11).Select(value => (float)value)];
        Tensor y = Tensor.From(targets, [11], _device);
        QuantileLoss loss = new(0.8f);

        float[] losses =
        [
            .. Enumerable.Range(0, 11).Select(
                value => loss.Evaluate(Tensor.Full([11, 1], value, _device), y).Item()),
        ];

        Assert.Equal(8, Array.IndexOf(losses, losses.Min()));
    }

    [Fact]
    public void Quantile_OfBadArguments_Refuses()
    {
        Tensor x = Numbers.Tensor(_device, 1, 2, 3);
        Tensor y = Numbers.Tensor(_device, 1, 3);

        ClassLossTests.Refuses("quantiles", "no quantiles", () => new QuantileLoss());
        ClassLossTests.Refuses("quantiles", "(0, 1)", () => new QuantileLoss(0.5f, 1));
        ClassLossTests.Refuses(
            "predictions", "[2, 3]", () => new QuantileLoss(0.5f).Evaluate(x, y));
        ClassLossTests.Refuses(
            "targets", "[3]", () => new QuantileLoss(0.1f, 0.5f, 0.9f).Evaluate(x, y));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Binary_OfBadPositiveWeight_Refuses(float weight) => ClassLossTests.Refuses(
        "positiveWeight", "above 0", () => new BinaryCrossEntropy(positiveWeight: weight));

    private static double Binary(double yes, double target, double smoothing, double positive)
    {
        double smooth = (target * (1 - smoothing)) + (smoothing / 2);
        return -(positive * smooth * Math.Log(yes)) - ((1 - smooth) * Math.Log(1 - yes));
    }
}
