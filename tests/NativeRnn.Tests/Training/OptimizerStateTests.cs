using System.Runtime.InteropServices;
using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>An optimiser that gets another's state goes on with the same bits.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class OptimizerStateTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public static TheoryData<string> Kinds => [.. Optimizers.Keys];

    private static Dictionary<string, Func<IEnumerable<Parameter>, Optimizer>> Optimizers { get; } = new()
    {
        ["adam"] = parameters => new Adam(parameters, 0.01f, weightDecay: 0.1f),
        ["adamw"] = parameters => new AdamW(parameters, 0.01f),
        ["sgd"] = parameters => new Sgd(parameters, 0.1f),
        ["sgd with momentum"] = parameters => new Sgd(parameters, 0.1f, 0.9f, 0.1f, nesterov: true),
        ["rmsprop"] = parameters => new RmsProp(parameters, 0.01f),
        ["rmsprop with momentum"] = parameters => new RmsProp(parameters, 0.01f, momentum: 0.9f),
        ["adagrad"] = parameters => new Adagrad(parameters, 0.01f, initialSum: 0.1f),
        ["lion"] = parameters => new Lion(parameters, 0.01f, weightDecay: 0.1f),
        ["adam with a cosine"] = parameters => new Adam(parameters)
        {
            Schedule = new CosineSchedule(0.1f, steps: 8),
        },
        ["sgd with one cycle"] = parameters => new Sgd(parameters, momentum: 0.9f)
        {
            Schedule = new OneCycleSchedule(0.1f, 8, momentum: (0.85f, 0.95f)),
        },
    };

    public void Dispose() => _device.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void LoadStateDict_OfAnotherOptimizer_GoesOnWithTheSameBits(string kind)
    {
        Linear model = Model();
        Optimizer optimizer = Optimizers[kind](model.Parameters());
        Run(model, optimizer, 0, 3);
        Linear resumed = Model();
        Optimizer other = Optimizers[kind](resumed.Parameters());

        resumed.LoadStateDict(model.StateDict());
        other.LoadStateDict(optimizer.StateDict());
        Run(model, optimizer, 3, 6);
        Run(resumed, other, 3, 6);

        Assert.Equal(Bits(model), Bits(resumed));
        Assert.Equal(6, other.Steps);
        Assert.Equal(optimizer.LearningRate, other.LearningRate);
    }

    [Fact]
    public void StateDict_OfAModulesParameters_HasTheirNames()
    {
        Sequential model = new(new Linear(2, 3, device: _device), new Linear(3, 1, device: _device));

        Assert.Equal(
            [
                "first.0.bias", "first.0.weight", "first.1.bias", "first.1.weight", "learning_rate",
                "second.0.bias", "second.0.weight", "second.1.bias", "second.1.weight", "step",
            ],
            new Adam(model.Parameters()).StateDict().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void StateDict_OfAList_HasTheirPlaces() => Assert.Equal(
        ["learning_rate", "step", "velocity.0.weight", "velocity.1.bias"],
        new Sgd([.. Model().Parameters()], momentum: 0.5f).StateDict().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void LoadStateDict_OfAnotherKind_NamesWhatDoesNotFitAndChangesNothing()
    {
        Linear model = Model();
        Adam adam = new(model.Parameters());
        Run(model, adam, 0, 1);
        Dictionary<string, Tensor> state = new(new Sgd(model.Parameters(), 1, 0.5f).StateDict())
        {
            ["first.weight"] = Tensor.Zeros([1], _device),
        };

        ArgumentException exception = Assert.Throws<ArgumentException>(() => adam.LoadStateDict(state));

        Assert.Equal("state", exception.ParamName);
        Assert.Contains("first.bias is missing", exception.Message, StringComparison.Ordinal);
        Assert.Contains("velocity.bias is unexpected", exception.Message, StringComparison.Ordinal);
        Assert.Contains(
            "first.weight is Float32 [1], must be Float32 [3, 5]", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, adam.Steps);
    }

    [Fact]
    public void StateDict_WithASchedule_HasWhatItRemembers()
    {
        ReduceOnPlateauSchedule schedule = new(1, factor: 0.5, patience: 1);
        Sgd optimizer = new(Model().Parameters()) { Schedule = new WarmUpSchedule(schedule, 1) };
        schedule.Observe(3);
        schedule.Observe(4);
        ReduceOnPlateauSchedule resumed = new(1, factor: 0.5, patience: 1);
        Sgd other = new(Model().Parameters()) { Schedule = new WarmUpSchedule(resumed, 1) };

        other.LoadStateDict(optimizer.StateDict());
        resumed.Observe(4);

        Assert.Equal(0.5f, resumed.Rate);
        Assert.Equal(3f, optimizer.StateDict()["schedule.best"].Item());
    }

    [Fact]
    public void StateDict_WithoutParameters_Refuses() =>
        Assert.Throws<InvalidOperationException>(() => new Adam().StateDict());

    private static void Run(Linear model, Optimizer optimizer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            foreach (Parameter parameter in model.Parameters())
            {
                parameter.Gradient.Write(Numbers.Uniform((int)parameter.Length, step));
            }

            optimizer.Step();
        }
    }

    private static int[] Bits(Linear model) =>
    [
        .. model.Parameters().SelectMany(
            parameter => MemoryMarshal.Cast<float, int>(parameter.Value.ToArray()).ToArray()),
    ];

    private Linear Model() => new(5, 3, device: _device);
}
