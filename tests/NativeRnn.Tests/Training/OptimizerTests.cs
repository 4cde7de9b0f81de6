using System.Runtime.InteropServices;
using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class OptimizerTests : IDisposable
{
    private const int Length = 37;
    private const int Steps = 5;
    private const double Rate = 0.05;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    public void Adam_FollowsTheEquations(float decay) => Check(
        parameters => new Adam(parameters, (float)Rate, weightDecay: decay),
        () => AdamRule(decay, decoupled: false));

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    public void AdamW_FollowsTheEquations(float decay) => Check(
        parameters => new AdamW(parameters, (float)Rate, weightDecay: decay),
        () => AdamRule(decay, decoupled: true));

    [Theory]
    [InlineData(0f, false)]
    [InlineData(0.9f, false)]
    [InlineData(0.9f, true)]
    public void Sgd_FollowsTheEquations(float momentum, bool nesterov) => Check(
        parameters => new Sgd(parameters, (float)Rate, momentum, 0.1f, nesterov),
        () =>
        {
            double velocity = 0;
            return (p, gradient) =>
            {
                double g = gradient + (0.1f * p);
                velocity = (momentum * velocity) + g;
                return p - (Rate * (nesterov ? g + (momentum * velocity) : velocity));
            };
        });

    [Theory]
    [InlineData(0f)]
    [InlineData(0.9f)]
    public void RmsProp_FollowsTheEquations(float momentum) => Check(
        parameters => new RmsProp(parameters, (float)Rate, 0.95f, 1e-6f, momentum, 0.1f),
        () =>
        {
            (double square, double velocity) = (0, 0);
            return (p, gradient) =>
            {
                double g = gradient + (0.1f * p);
                square = (0.95f * square) + ((1 - 0.95f) * g * g);
                velocity = (momentum * velocity) + (g / (Math.Sqrt(square) + 1e-6));
                return p - (Rate * velocity);
            };
        });

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    public void Adagrad_FollowsTheEquations(float start) => Check(
        parameters => new Adagrad(parameters, (float)Rate, 1e-6f, start, 0.1f),
        () =>
        {
            double sum = start;
            return (p, gradient) =>
            {
                double g = gradient + (0.1f * p);
                sum += g * g;
                return p - (Rate * g / (Math.Sqrt(sum) + 1e-6));
            };
        });

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    public void Lion_FollowsTheEquations(float decay) => Check(
        parameters => new Lion(parameters, (float)Rate, weightDecay: decay),
        () =>
        {
            double first = 0;
            return (p, gradient) =>
            {
                double step = Math.Sign((0.9 * first) + (0.1 * gradient));
                first = (0.99 * first) + (0.01 * gradient);
                return p - (Rate * (step + (decay * p)));
            };
        });

    [Fact]
    public void ClipValue_CutsGradientsBeforeTheirUse() => Check(
        parameters => new Sgd(parameters, (float)Rate, weightDecay: 0.1f) { ClipValue = 0.25f },
        () => (p, gradient) => p - (Rate * (Math.Clamp(gradient, -0.25, 0.25) + (0.1f * p))));

    [Fact]
    public void ClipGradientValue_CutsAllGradients()
    {
        Parameter first = new("a", Tensor.From([0f, 0, 0], [3], _device));
        Parameter second = new("b", Tensor.From([0f], [1], _device));
        first.Gradient.Write([3f, -4f, 0.25f]);
        second.Gradient.Write([float.NaN]);

        new Sgd([first, second]).ClipGradientValue(1);

        Assert.Equal([1f, -1f, 0.25f], first.Gradient.ToArray());
        Assert.Equal([float.NaN], second.Gradient.ToArray());
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void ClipGradientValue_OfNoLimit_Refuses(float limit)
    {
        Parameter parameter = new("a", Tensor.From([0f], [1], _device));

        Assert.Equal("maxValue", Assert.Throws<ArgumentOutOfRangeException>(
            () => new Sgd([parameter]).ClipGradientValue(limit)).ParamName);
    }

    [Fact]
    public void Constructors_OfOptionsOutOfRange_NameThem()
    {
        AssertRange("initialSum", () => new Adagrad(initialSum: -1));
        AssertRange("epsilon", () => new Adagrad(epsilon: 0));
        AssertRange("weightDecay", () => new Adagrad(weightDecay: float.NaN));
        AssertRange("beta1", () => new Lion(beta1: -0.1f));
        AssertRange("beta2", () => new Lion(beta2: 1));
        AssertRange("weightDecay", () => new Lion(weightDecay: -1));
        AssertRange("ClipValue", () => new Lion { ClipValue = -1 });
        AssertRange("LearningRate", () => new Lion(learningRate: float.PositiveInfinity));
    }

    /// <summary>Each optimiser, over tensors from one element to several tasks of the pool.</summary>
    [Fact]
    public void Step_AnyNumberOfThreads_GivesTheSameBits()
    {
        int[] wanted = Trained(threads: 1);

        Assert.All(new[] { 2, 3, 8 }, threads => Assert.Equal(wanted, Trained(threads)));
    }

    [Fact]
    public void LearningRate_CanChangeBetweenSteps()
    {
        Parameter parameter = new("p", Tensor.From([1f], [1], _device));
        Sgd optimizer = new([parameter], 0.5f);
        parameter.Gradient.Fill(1);
        optimizer.Step();
        optimizer.LearningRate = 0.25f;
        parameter.Gradient.Fill(1);

        optimizer.Step();

        Assert.Equal([0.25f], parameter.Value.ToArray());
        Assert.Equal(2, optimizer.Steps);
    }

    [Theory]
    [InlineData(2f, 2f / 13)]
    [InlineData(20f, 1f)]
    public void ClipGradientNorm_ScalesAllGradientsTogether(float maxNorm, float scale)
    {
        Parameter first = new("a", Tensor.From([0f, 0], [2], _device));
        Parameter second = new("b", Tensor.From([0f], [1], _device));
        first.Gradient.Write([3f, 4f]);
        second.Gradient.Write([12f]);

        float norm = new Sgd([first, second]).ClipGradientNorm(maxNorm);

        Assert.Equal(13, norm, 1e-5f);
        Numbers.AssertClose([3 * scale, 4 * scale], first.Gradient.ToArray(), 1e-6);
        Numbers.AssertClose([12 * scale], second.Gradient.ToArray(), 1e-6);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void ClipGradientNorm_OfAGradientThatIsNotFinite_Throws(float gradient)
    {
        Parameter parameter = new("a", Tensor.From([0f], [1], _device));
        parameter.Gradient.Write([gradient]);

        NativeRnnException exception = Assert.Throws<NativeRnnException>(
            () => new Sgd([parameter]).ClipGradientNorm(1));

        Assert.Contains("before step 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_ASecondTime_Refuses()
    {
        Parameter parameter = new("a", Tensor.From([0f], [1], _device));
        Adam optimizer = new([parameter]);

        Assert.Throws<InvalidOperationException>(() => optimizer.Bind([parameter]));
    }

    private static void AssertRange(string name, Func<Optimizer> make) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(make).ParamName);

    private static int[] Trained(int threads)
    {
        using Device device = TestDevice.Open(threads);
        Func<Parameter[], Optimizer>[] kinds =
        [
            p => new Adam(p), p => new AdamW(p), p => new Sgd(p, 0.1f, 0.9f, nesterov: true),
            p => new RmsProp(p, momentum: 0.9f), p => new Adagrad(p), p => new Lion(p, 0.01f, weightDecay: 0.1f),
        ];
        Parameter[] parameters =
        [
            .. new[] { 1, 40_000, 37, 16_384, 5 }.Select(
                (length, index) => new Parameter($"p{index}", Numbers.Tensor(device, index, length))
                {
                    Regularizer = new L1L2(1e-3f, 1e-2f), Constraint = new MaxNorm(3),
                }),
        ];
        foreach (Func<Parameter[], Optimizer> kind in kinds)
        {
            Optimizer optimizer = kind(parameters);
            for (int step = 0; step < 3; step++)
            {
                foreach (Parameter parameter in parameters)
                {
                    parameter.Gradient.Write(Numbers.Uniform((int)parameter.Length, step));
                }

                optimizer.ClipGradientNorm(1);
                optimizer.Step();
            }
        }

        return
        [
            .. parameters.SelectMany(parameter =>
                MemoryMarshal.Cast<float, int>(parameter.Value.ToArray()).ToArray()),
        ];
    }

    private static Func<double, double, double> AdamRule(double decay, bool decoupled)
    {
        (double first, double second, int step) = (0, 0, 0);
        return (p, gradient) =>
        {
            step++;
            double g = decoupled ? gradient : gradient + (decay * p);
            double start = decoupled ? p - (Rate * decay * p) : p;
            first = (0.9 * first) + (0.1 * g);
            second = (0.999 * second) + (0.001 * g * g);
            double mean = first / (1 - Math.Pow(0.9, step));
            double root = Math.Sqrt(second / (1 - Math.Pow(0.999, step)));
            return start - (Rate * mean / (root + 1e-8));
        };
    }

    private void Check(
        Func<Parameter[], Optimizer> make, Func<Func<double, double, double>> rule)
    {
        Parameter parameter = new("p", Numbers.Tensor(_device, 1, Length));
        Optimizer optimizer = make([parameter]);
        double[] wanted = [.. parameter.Value.ToArray().Select(value => (double)value)];
        Func<double, double, double>[] rules = [.. wanted.Select(_ => rule())];
        for (int step = 0; step < Steps; step++)
        {
            float[] gradient = Numbers.Uniform(Length, 10 + step);
            parameter.Gradient.Write(gradient);

            optimizer.Step();

            wanted = [.. wanted.Select((p, at) => rules[at](p, gradient[at]))];
            Numbers.AssertClose(wanted, parameter.Value.ToArray(), 1e-5);
            Assert.All(parameter.Gradient.ToArray(), value => Assert.Equal(0, value));
        }
    }
}
