using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>Penalties on weights and constraints, against plain loops in double.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class RegularizationTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public static TheoryData<string, double, double> Penalties => new()
    {
        { "l1", 0.01, 0 }, { "l2", 0, 0.02 }, { "both", 0.01, 0.02 },
    };

    public void Dispose() => _device.Dispose();

    [Theory]
    [MemberData(nameof(Penalties))]
    public void Step_WithARegularizer_AddsItsGradient(string kind, double l1, double l2)
    {
        Parameter parameter = new("p", Numbers.Tensor(_device, 1, 37)) { Regularizer = Make(kind) };
        Sgd optimizer = new([parameter], 0.5f);
        double[] before = [.. parameter.Value.ToArray().Select(value => (double)value)];
        float[] gradient = Numbers.Uniform(37, 2);
        parameter.Gradient.Write(gradient);

        float penalty = optimizer.Penalty();
        optimizer.Step();

        Assert.Equal(before.Sum(w => (l1 * Math.Abs(w)) + (l2 * w * w)), penalty, 1e-6);
        Numbers.AssertClose(
            [.. before.Select((w, at) => w - (0.5 * (gradient[at] + (l1 * Math.Sign(w)) + (2 * l2 * w))))],
            parameter.Value.ToArray(),
            1e-6);
    }

    [Theory]
    [MemberData(nameof(Penalties))]
    public void Step_WithARegularizer_AddsTheDerivativeOfThePenalty(string kind, double l1, double l2)
    {
        float[] start = Numbers.Uniform(9, 1);
        Parameter parameter = new("p", Tensor.From(start, [9], _device)) { Regularizer = Make(kind) };
        Sgd optimizer = new([parameter], 1);
        optimizer.Step();
        float[] after = parameter.Value.ToArray();
        Assert.True(l1 + l2 > 0);

        // The penalty is piecewise quadratic, so that the central difference is exact up to rounding.
        const float Distance = 1 / 64f;
        for (int at = 0; at < start.Length; at++)
        {
            float[] moved = [.. start];
            moved[at] = start[at] + Distance;
            parameter.Value.Write(moved);
            double up = optimizer.Penalty();
            moved[at] = start[at] - Distance;
            parameter.Value.Write(moved);
            Assert.Equal((up - optimizer.Penalty()) / (2 * Distance), start[at] - after[at], 1e-5);
        }
    }

    [Fact]
    public void ClipGradientNorm_WithARegularizer_CountsItOnce()
    {
        Parameter parameter = new("p", Tensor.From([3f, 4f], [2], _device)) { Regularizer = new L2(0.5f) };
        Sgd optimizer = new([parameter], 1);

        Assert.Equal(5, optimizer.ClipGradientNorm(1), 1e-6f);
        Assert.Equal(1, optimizer.ClipGradientNorm(1), 1e-6f);
        optimizer.Step();

        Numbers.AssertClose([2.4, 3.2], parameter.Value.ToArray(), 1e-6);
        Assert.Equal(4, optimizer.ClipGradientNorm(10), 1e-6f);
    }

    [Fact]
    public void SetRegularizer_ByKind_TakesOnlyThoseWeights()
    {
        Lstm lstm = new(3, 5, device: _device);
        Dictionary<string, Tensor> state = lstm.StateDict();

        lstm.SetRegularizer(new L1(1), WeightKinds.Recurrent);
        Assert.Equal(Absolute(state, "weight_hh"), lstm.Penalty(), 1e-5);
        lstm.SetRegularizer(new L1(2), WeightKinds.Bias);
        Assert.Equal(Absolute(state, "weight_hh") + (2 * Absolute(state, "bias")), lstm.Penalty(), 1e-5);
        lstm.SetRegularizer(null, WeightKinds.All);
        lstm.SetRegularizer(new L1(3), "weight_ih_l0");
        Assert.Equal(3 * Absolute(state, "weight_ih"), lstm.Penalty(), 1e-5);
        Assert.Null(lstm.Parameters().Single().Regularizer);
    }

    [SkippableFact]
    public void SetRegularizer_ByKind_LeavesOutStatesPeepholesAndNorms()
    {
        TestDevice.SkipOptionsOnCuda();
        Lstm lstm = new(3, 5, device: _device, options: new RecurrentOptions
        {
            Peephole = true, LayerNormalization = true, LearnedInitialState = true,
        });
        lstm.Parameters().Single(parameter => parameter.Name == "h0").Value.Fill(1);
        LayerNormalization norm = new(4, device: _device);
        Dictionary<string, Tensor> state = lstm.StateDict();

        lstm.SetRegularizer(new L1(1));
        norm.SetRegularizer(new L1(1));

        Assert.Equal(
            Absolute(state, "weight_ih") + Absolute(state, "weight_hh"), lstm.Penalty(), 1e-5);
        Assert.Equal(0, norm.Penalty());
        lstm.SetRegularizer(null);
        lstm.SetRegularizer(new L1(1), "h0");
        Assert.Equal(5, lstm.Penalty(), 1e-5);
    }

    [Fact]
    public void SetRegularizer_OfNamesThatAreNotThere_ListsThose()
    {
        Sequential model = new(new Linear(2, 1, device: _device));

        string message = Assert.Throws<ArgumentException>(
            () => model.SetRegularizer(new L2(), "0.kernel")).Message;

        Assert.Contains("0.weight, 0.bias", message, StringComparison.Ordinal);
        Assert.Contains("0.kernel", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(
            () => model.Parameters().First().SetConstraint(new MaxNorm(), "kernel"));
    }

    [Fact]
    public void Fit_WithARegularizer_ReportsTheLossWithThePenalty()
    {
        using Tensor x = Numbers.Tensor(_device, 1, 6, 3);
        using Tensor y = Numbers.Tensor(_device, 2, 6, 2);
        Sequential model = new(new Linear(3, 2, device: _device));
        model.Compile(new MeanSquaredError(), new Sgd(0));
        double plain = model.Evaluate(x, y).Loss;
        model.SetRegularizer(new L1L2(0.1f, 0.2f));
        double penalty = model.Layers[0].Parameters().First().Value.ToArray()
            .Sum(w => (0.1 * Math.Abs(w)) + (0.2 * w * w));

        History history = model.Fit(x, y, batchSize: 3);

        Assert.Equal(plain + penalty, history.Epochs[0].Training.Loss, 1e-5);
        Assert.Equal(plain + penalty, model.Evaluate(x, y).Loss, 1e-5);
    }

    [Fact]
    public void MaxNorm_AfterAStep_HoldsForEachUnit()
    {
        Linear layer = new(7, 5, device: _device);
        layer.SetConstraint(new MaxNorm(0.5f));
        Sgd optimizer = new(layer.Parameters(), 1);
        Parameter weight = layer.Parameters().First();
        float[] before = weight.Value.ToArray();
        float[] gradient = [.. Enumerable.Range(0, 35).Select(k => k < 7 ? before[k] : 0.25f * k)];
        weight.Gradient.Write(gradient);

        optimizer.Step();

        double[] wanted = [.. before.Select((w, at) => (double)w - gradient[at])];
        for (int unit = 0; unit < 5; unit++)
        {
            Span<double> row = wanted.AsSpan(unit * 7, 7);
            double norm = Math.Sqrt(row.ToArray().Sum(w => w * w));
            foreach (ref double w in row)
            {
                w *= Math.Min(1, 0.5 / Math.Max(norm, 1e-30));
            }
        }

        Numbers.AssertClose(wanted, weight.Value.ToArray(), 1e-6);
    }

    [Theory]
    [InlineData(null, new[] { 1f, 2, 3, 4, 5, 6 }, new[] { 1f, 2, 3, 4, 5, 6 }, 10f)]
    [InlineData(0, new[] { 3f, 0, 4, 4, 5, 3 }, new[] { 3f, 0, 4, 4, 5, 3 }, 5f)]
    [InlineData(0, new[] { 3f, 6, 4, 4, 8, 3 }, new[] { 3f, 3, 4, 4, 4, 3 }, 5f)]
    [InlineData(-1, new[] { 3f, 0, 4, 6, 0, 8 }, new[] { 3f, 0, 4, 3, 0, 4 }, 5f)]
    public void MaxNorm_AlongAnAxis_ScalesItsRuns(int? axis, float[] values, float[] wanted, float max)
    {
        using Tensor weights = Tensor.From(values, [2, 3], _device);

        new MaxNorm(max, axis).Apply(weights);

        Numbers.AssertClose([.. wanted.Select(value => (double)value)], weights.ToArray(), 1e-6);
    }

    [Fact]
    public void Constructors_OfNoPenalty_NameTheArgument()
    {
        AssertRange("factor", () => new L1(-1));
        AssertRange("factor", () => new L2(float.NaN));
        AssertRange("l1", () => new L1L2(-1, 0));
        AssertRange("l2", () => new L1L2(0, float.PositiveInfinity));
        AssertRange("max", () => new MaxNorm(0));
        Assert.Throws<ArgumentException>(() => new MaxNorm(1, 2).Apply(Tensor.Zeros([2, 2], _device)));
    }

    private static void AssertRange(string name, Func<object> make) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(make).ParamName);

    private static double Absolute(Dictionary<string, Tensor> state, string start) => state
        .Where(entry => entry.Key.StartsWith(start, StringComparison.Ordinal))
        .Sum(entry => entry.Value.ToArray().Sum(w => Math.Abs((double)w)));

    private static Regularizer Make(string kind) => kind switch
    {
        "l1" => new L1(0.01f), "l2" => new L2(0.02f), _ => new L1L2(0.01f, 0.02f),
    };
}
