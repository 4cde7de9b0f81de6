using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

public sealed class LearningRateScheduleTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(0, 2f)]
    [InlineData(9, 2f)]
    [InlineData(10, 1f)]
    [InlineData(35, 0.25f)]
    public void Step_ChangesEverySoManySteps(long step, float rate) =>
        Assert.Equal(rate, new StepSchedule(2, every: 10, factor: 0.5).RateAt(step), 1e-6f);

    [Theory]
    [InlineData(0, 2f)]
    [InlineData(5, 1.4142135f)]
    [InlineData(10, 1f)]
    [InlineData(20, 0.5f)]
    public void Exponential_FallsAtEachStep(long step, float rate) =>
        Assert.Equal(rate, new ExponentialSchedule(2, 0.5, over: 10).RateAt(step), 1e-6f);

    [Theory]
    [InlineData(0, 0.5f)]
    [InlineData(2, 1.25f)]
    [InlineData(4, 2f)]
    [InlineData(13, 2f)]
    [InlineData(14, 1f)]
    public void WarmUp_RisesToWhereTheInnerBegins(long step, float rate) => Assert.Equal(
        rate, new WarmUpSchedule(new StepSchedule(2, 10, 0.5), 4, startFactor: 0.25).RateAt(step), 1e-6f);

    /// <summary>The numbers are those of PyTorch's OneCycleLR with max_lr 0.5 and 20 steps.</summary>
    [Theory]
    [InlineData(0, 0.02, 0.95)]
    [InlineData(2, 0.18583592135001265, 0.9154508497187474)]
    [InlineData(5, 0.5, 0.85)]
    [InlineData(6, 0.49373200311754367, 0.8512536043909088)]
    [InlineData(12, 0.250001, 0.9)]
    [InlineData(19, 2e-06, 0.95)]
    [InlineData(50, 2e-06, 0.95)]
    public void OneCycle_IsPyTorchs(long step, double rate, double momentum)
    {
        OneCycleSchedule schedule = new(0.5f, 20, momentum: (0.85f, 0.95f));

        Assert.Equal(rate, schedule.RateAt(step), 1e-6 * rate);
        Assert.Equal(momentum, schedule.MomentumAt(step)!.Value, 1e-6);
    }

    /// <summary>The numbers are those of PyTorch's ReduceLROnPlateau.</summary>
    [Fact]
    public void ReduceOnPlateau_IsPyTorchs()
    {
        ReduceOnPlateauSchedule schedule = new(0.1f, factor: 0.5, patience: 1, threshold: 0.01, cooldown: 1);
        float[] losses = [1, 0.9f, 0.899f, 0.95f, 0.95f, 0.95f, 0.95f, 0.8f, 0.81f, 0.82f, 0.83f, 0.84f, 0.85f];
        double[] wanted =
            [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.0125, 0.0125, 0.0125, 0.00625];

        for (int epoch = 0; epoch < losses.Length; epoch++)
        {
            schedule.Observe(losses[epoch]);
            Assert.Equal(wanted[epoch], schedule.RateAt(epoch), 1e-7);
        }
    }

    [Fact]
    public void ReduceOnPlateau_OfAnAccuracy_WaitsForHigherOnes()
    {
        ReduceOnPlateauSchedule schedule = new(1, 0.5, patience: 0, minRate: 0.4f, higherIsBetter: true);
        float[] accuracies = [0.5f, 0.6f, 0.55f, float.NaN, 0.7f];
        float[] rates = [.. accuracies.Select(accuracy =>
        {
            schedule.Observe(accuracy);
            return schedule.Rate;
        })];

        Assert.Equal([1f, 1f, 0.5f, 0.4f, 0.4f], rates);
    }

    [Fact]
    public void ReduceOnPlateau_LoadStateDict_GoesOn()
    {
        ReduceOnPlateauSchedule schedule = new(1, 0.5, patience: 1, cooldown: 2);
        ReduceOnPlateauSchedule resumed = new(1, 0.5, patience: 1, cooldown: 2);
        Array.ForEach(new[] { 1f, 2, 2, 2 }, schedule.Observe);

        resumed.LoadStateDict(schedule.StateDict());
        Array.ForEach(new[] { 2f, 2, 2, 2 }, loss =>
        {
            schedule.Observe(loss);
            resumed.Observe(loss);
            Assert.Equal(schedule.Rate, resumed.Rate);
        });
        Assert.Equal(0.25f, resumed.Rate);
        Assert.Contains("rate is missing", Assert.Throws<ArgumentException>(
            () => resumed.LoadStateDict(new Dictionary<string, Tensor>())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schedule_OfAnOptimizer_SetsTheRateOfEachStep()
    {
        Parameter parameter = new("p", Tensor.From([8f], [1], _device));
        Sgd optimizer = new([parameter]) { Schedule = new StepSchedule(1, every: 1, factor: 0.5) };
        Assert.Equal(1, optimizer.LearningRate);

        for (int step = 0; step < 3; step++)
        {
            parameter.Gradient.Fill(1);
            optimizer.Step();
        }

        Assert.Equal([8 - 1 - 0.5f - 0.25f], parameter.Value.ToArray());
        Assert.Equal(0.25f, optimizer.LearningRate);
    }

    [Fact]
    public void Schedule_WithMomentum_SetsItToo()
    {
        Parameter parameter = new("p", Tensor.From([0f], [1], _device));
        Sgd optimizer = new([parameter], momentum: 0.9f)
        {
            Schedule = new OneCycleSchedule(1, 20, momentum: (0.85f, 0.95f)),
        };
        OneCycleSchedule schedule = (OneCycleSchedule)optimizer.Schedule;
        (double velocity, double wanted) = (0, 0);
        for (int step = 0; step < 8; step++)
        {
            parameter.Gradient.Fill(1);
            optimizer.Step();
            velocity = (schedule.MomentumAt(step)!.Value * velocity) + 1;
            wanted -= schedule.RateAt(step) * velocity;
        }

        Numbers.AssertClose([wanted], parameter.Value.ToArray(), 1e-6);
    }

    [Fact]
    public void Fit_WithAPlateau_TellsItTheValidationLoss()
    {
        using Tensor x = Numbers.Tensor(_device, 1, 8, 2);
        using Tensor y = Numbers.Tensor(_device, 2, 8, 1);
        Sequential model = new(new Dense(1));
        ReduceOnPlateauSchedule schedule = new(0.5f, 0.5, patience: 0, threshold: 0.99);
        model.Compile(new MeanSquaredError(), new Sgd { Schedule = schedule });

        History history = model.Fit(x, y, epochs: 3, options: new FitOptions { ValidationSplit = 0.25f });

        Assert.Equal(0.125f, schedule.Rate);
        Assert.Equal((float)history.Epochs[0].Validation!.Loss, schedule.StateDict()["best"].Item());
    }

    [Fact]
    public void Fit_WithAMonitorThatIsNoMetric_NamesIt()
    {
        using Tensor x = Numbers.Tensor(_device, 1, 4, 2);
        Sequential model = new(new Dense(2));
        model.Compile(
            new MeanSquaredError(), new Sgd { Schedule = new ReduceOnPlateauSchedule(1e-3f, monitor: "recall") });

        Assert.Contains("recall", Assert.Throws<InvalidOperationException>(
            () => model.Fit(x, x)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructors_OfNoSchedule_NameTheArgument()
    {
        StepSchedule inner = new(1, 1);
        (string Name, Func<LearningRateSchedule> Make)[] wrong =
        [
            ("rate", () => new ConstantSchedule(float.NaN)),
            ("rate", () => new StepSchedule(-1, 1)),
            ("every", () => new StepSchedule(1, 0)),
            ("factor", () => new StepSchedule(1, 1, 0)),
            ("factor", () => new ExponentialSchedule(1, 1.5)),
            ("over", () => new ExponentialSchedule(1, 0.5, 0)),
            ("steps", () => new WarmUpSchedule(inner, 0)),
            ("startFactor", () => new WarmUpSchedule(inner, 1, 2)),
            ("maxRate", () => new OneCycleSchedule(-1, 1)),
            ("steps", () => new OneCycleSchedule(1, 0)),
            ("rise", () => new OneCycleSchedule(1, 10, rise: 1)),
            ("startDivisor", () => new OneCycleSchedule(1, 10, startDivisor: 0.5)),
            ("endDivisor", () => new OneCycleSchedule(1, 10, endDivisor: double.NaN)),
            ("momentum", () => new OneCycleSchedule(1, 10, momentum: (0.9f, 0.8f))),
            ("momentum", () => new OneCycleSchedule(1, 10, momentum: (0, 0.8f))),
            ("factor", () => new ReduceOnPlateauSchedule(1, 1)),
            ("patience", () => new ReduceOnPlateauSchedule(1, patience: -1)),
            ("minRate", () => new ReduceOnPlateauSchedule(1, minRate: -1)),
            ("threshold", () => new ReduceOnPlateauSchedule(1, threshold: 1)),
            ("cooldown", () => new ReduceOnPlateauSchedule(1, cooldown: -1)),
        ];

        Assert.All(wrong, call => Assert.Equal(
            call.Name, Assert.Throws<ArgumentOutOfRangeException>(call.Make).ParamName));
        Assert.Throws<ArgumentNullException>(() => new WarmUpSchedule(null!, 1));
    }
}
