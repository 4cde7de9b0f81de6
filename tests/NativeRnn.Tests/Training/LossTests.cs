using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class LossTests : IDisposable
{
    private const int Rows = 6;
    private const int Classes = 5;

    private static readonly int[] Targets = [0, 3, -1, 4, 2, -1];

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(0f)]
    [InlineData(0.3f)]
    [InlineData(1f)]
    public void CrossEntropy_WithIgnoredRows_IsTheMeanOfTheOthers(float smoothing)
    {
        CrossEntropyLoss loss = new(ignoreIndex: -1, smoothing);
        Tensor logits = Numbers.Tensor(_device, 1, 2, 3, Classes).RequireGradient();
        Tensor targets = Tensor.From(Targets, [2, 3], _device);
        double Plain(IReadOnlyList<double> x)
        {
            double sum = 0;
            foreach (int row in Enumerable.Range(0, Rows).Where(row => Targets[row] >= 0))
            {
                double[] logs = LossCheck.LogSoftmax(x, row, Classes);
                double uniform = logs.Average();
                sum -= ((1 - smoothing) * logs[Targets[row]]) + (smoothing * uniform);
            }

            return sum / 4;
        }

        LossCheck.Run(_device, () => loss.Evaluate(logits, targets), logits, Plain);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CategoricalCrossEntropy_IsTheMeanOverRows(bool fromLogits)
    {
        float[] weights = Numbers.Uniform(Rows * Classes, 2);
        float[] targets = new float[weights.Length];
        for (int row = 0; row < Rows; row++)
        {
            float total = weights.AsSpan(row * Classes, Classes).ToArray().Sum(MathF.Abs);
            for (int at = row * Classes; at < (row + 1) * Classes; at++)
            {
                targets[at] = MathF.Abs(weights[at]) / total;
            }
        }

        Tensor x = Tensor.From(
            fromLogits ? Numbers.Uniform(weights.Length, 3) : targets.Reverse().ToArray(),
            [Rows, Classes], _device).RequireGradient();
        Tensor y = Tensor.From(targets, [Rows, Classes], _device);
        CategoricalCrossEntropy loss = new(fromLogits);
        double Plain(IReadOnlyList<double> values)
        {
            double sum = 0;
            for (int at = 0; at < targets.Length; at++)
            {
                double log = fromLogits
                    ? LossCheck.LogSoftmax(values, at / Classes, Classes)[at % Classes]
                    : Math.Log(values[at]);
                sum -= targets[at] * log;
            }

            return sum / Rows;
        }

        LossCheck.Run(_device, () => loss.Evaluate(x, y), x, Plain);
    }

    [Fact]
    public void CategoricalCrossEntropy_OfProbability0_IsFinite()
    {
        Tensor x = Tensor.From([0f, 1f], [1, 2], _device);
        Tensor y = Tensor.From([1f, 0f], [1, 2], _device);

        Assert.Equal(
            -Math.Log(1e-7), new CategoricalCrossEntropy(false).Evaluate(x, y).Item(), 1e-4);
    }

    public static TheoryData<string> Elementwise() => ["mse", "mae", "huber", "binary"];

    [Theory]
    [MemberData(nameof(Elementwise))]
    public void ElementwiseLoss_IsTheMeanOfItsFormula(string which)
    {
        float[] targets = which == "binary"
            ? [0, 1, 1, 0, 0.25f, 1]
            : Numbers.Uniform(6, 4);
        Tensor x = Tensor.From([0.9f, -1.7f, 0.1f, 3f, -0.4f, 0.55f], [2, 3], _device)
            .RequireGradient();
        Tensor y = Tensor.From(targets, [2, 3], _device);
        Loss loss = which switch
        {
            "mse" => new MeanSquaredError(),
            "mae" => new MeanAbsoluteError(),
            "huber" => new Huber(0.8f),
            _ => new BinaryCrossEntropy(),
        };
        Func<double, double, double> formula = which switch
        {
            "mse" => (p, t) => (p - t) * (p - t),
            "mae" => (p, t) => Math.Abs(p - t),
            "huber" => HuberOf,
            _ => BinaryOf,
        };

        LossCheck.Run(
            _device, () => loss.Evaluate(x, y), x,
            values => values.Select((value, at) => formula(value, targets[at])).Average());
    }

    private static double HuberOf(double prediction, double target)
    {
        const double delta = 0.8f;
        double error = Math.Abs(prediction - target);
        return error <= delta ? error * error / 2 : delta * (error - (delta / 2));
    }

    private static double BinaryOf(double logit, double target)
    {
        double yes = 1 / (1 + Math.Exp(-logit));
        return -(target * Math.Log(yes)) - ((1 - target) * Math.Log(1 - yes));
    }
}
