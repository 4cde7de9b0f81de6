using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class ExponentialMovingAverageTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Update_FollowsTheEquation(bool warmUp)
    {
        Linear model = new(5, 3, device: _device);
        Parameter weight = model.Parameters().First();
        ExponentialMovingAverage average = new(model, 0.9f, warmUp);
        double[] wanted = new double[15];
        for (int step = 0; step < 5; step++)
        {
            float[] values = Numbers.Uniform(15, step);
            weight.Value.Write(values);
            average.Update();
            double decay = warmUp ? Math.Min(0.9, (1.0 + step) / (10.0 + step)) : 0.9;
            wanted = step == 0
                ? [.. values.Select(value => (double)value)]
                : [.. wanted.Select((w, at) => (decay * w) + ((1 - decay) * values[at]))];
        }

        Numbers.AssertClose(wanted, average.StateDict()["average.weight"].ToArray(), 1e-6);
        Assert.Equal(5, average.Updates);
    }

    [Fact]
    public void Use_GivesTheAveragesAndThenTheWeightsBack()
    {
        Linear model = new(1, 1, device: _device);
        Tensor weight = model.Parameters().First().Value;
        ExponentialMovingAverage average = new(model, 0.5f);
        weight.Fill(2);
        average.Update();
        weight.Fill(4);
        average.Update();

        using (average.Use())
        {
            Assert.Equal([3f], weight.ToArray());
            Assert.Throws<InvalidOperationException>(average.Update);
            Assert.Throws<InvalidOperationException>(average.SwapIn);
        }

        Assert.Equal([4f], weight.ToArray());
        Assert.Throws<InvalidOperationException>(average.Restore);
    }

    [Fact]
    public void LoadStateDict_GoesOnWithTheSameBits()
    {
        Linear model = new(5, 3, device: _device);
        ExponentialMovingAverage average = new(model, 0.9f, warmUp: true);
        average.Update();
        ExponentialMovingAverage resumed = new(model, 0.9f, warmUp: true);

        resumed.LoadStateDict(average.StateDict());
        model.Parameters().First().Value.Fill(3);
        average.Update();
        resumed.Update();

        Assert.Equal(
            average.StateDict()["average.weight"].ToArray(), resumed.StateDict()["average.weight"].ToArray());
        Assert.Equal(2, resumed.Updates);
        Assert.Throws<ArgumentException>(() => resumed.LoadStateDict(new Dictionary<string, Tensor>()));
    }

    [Fact]
    public void StateDict_BeforeTheFirstUpdate_DoesNotDecideWhereTheAverageStarts()
    {
        Linear model = new(1, 1, device: _device);
        Tensor weight = model.Parameters().First().Value;
        ExponentialMovingAverage average = new(model, 0.5f);
        weight.Fill(2);
        average.StateDict();

        weight.Fill(4);
        average.Update();

        Assert.Equal([4f], average.StateDict()["average.weight"].ToArray());
    }

    [Fact]
    public void Fit_WithAnAverage_UpdatesItAfterEachStep()
    {
        using Tensor x = Numbers.Tensor(_device, 1, 8, 2);
        using Tensor y = Numbers.Tensor(_device, 2, 8, 1);
        Sequential model = new(new Dense(1));
        model.Compile(new MeanSquaredError(), new Sgd(0.1f));
        ExponentialMovingAverage average = new(model, 0.5f);

        model.Fit(x, y, epochs: 2, batchSize: 2, new FitOptions { WeightAverage = average, AccumulateSteps = 2 });

        Assert.Equal(4, average.Updates);
    }

    [Fact]
    public void Constructor_OfNoDecay_NamesIt() => Assert.Equal(
        "decay",
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new ExponentialMovingAverage(new Linear(1, 1, device: _device), 1)).ParamName);
}
