using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class NonFiniteTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Loss_OfALayerThatOverflows_NamesLayerAndStep()
    {
        // h_0 = 1, h_1 is about 2e20, h_2 overflows.
        Sequential model = new(
            new Dense(1, seed: 1), new SimpleRnn(2, activation: Activation.Relu, seed: 2), new Dense(1, seed: 3));
        model.Compile(new MeanSquaredError(), new Sgd());
        model.Build([1, 5, 1], device: _device);
        Dictionary<string, Tensor> state = model.StateDict();
        state["0.weight"].Fill(1);
        state["1.weight_ih_l0"].Fill(1);
        state["1.weight_hh_l0"].Fill(1e20f);
        model.LoadStateDict(state);

        NativeRnnException exception = Assert.Throws<NativeRnnException>(
            () => model.Fit(Tensor.Ones([2, 5, 1], _device), Tensor.Ones([2, 1], _device)));

        Assert.Contains(
            "first in layer 1 (SimpleRnn) at time step 2, in epoch 1, batch 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_OfBadInput_NamesRowAndStep()
    {
        float[] values = Numbers.Uniform(4 * 3 * 2, 1);
        values[(2 * 6) + 3] = float.NaN;
        Sequential model = new(new Gru(3, seed: 1), new Dense(1, seed: 2));
        model.Compile(new MeanSquaredError(), new Sgd());

        NativeRnnException exception = Assert.Throws<NativeRnnException>(() => model.Fit(
            Tensor.From(values, [4, 3, 2], _device), Tensor.Zeros([4, 1], _device), options: new FitOptions { Shuffle = false }));

        Assert.Contains("first in the input at row 2, time step 1", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void Gradient_ThatIsNotFinite_NamesLayerAndStep_AndKeepsTheWeights(float clip)
    {
        Sequential model = new(
            new Lstm(3, returnSequences: true, seed: 1), new Gru(3, returnSequences: true, seed: 2), new BadGradient(step: 3),
            new Lstm(4, seed: 3), new Dense(2, seed: 4));
        model.Compile(new MeanSquaredError(), new Sgd());
        model.Build([1, 6, 2], device: _device);
        float[] before = Weights(model);

        NativeRnnException exception = Assert.Throws<NativeRnnException>(() => model.Fit(
            Numbers.Tensor(_device, 1, 4, 6, 2), Tensor.Ones([4, 2], _device), options: new FitOptions { ClipNorm = clip }));

        Assert.Contains("first in '1.weights' (Gru) at time step 3", exception.Message, StringComparison.Ordinal);
        Assert.Contains("in epoch 1, batch 1; the weights are as before it", exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, Weights(model));
        Assert.All(model.Parameters(), parameter => Assert.All(parameter.Gradient.ToArray(), value => Assert.Equal(0, value)));
    }

    [Fact]
    public void SkipNonFinite_LeavesTheBatchOut_AndCountsIt()
    {
        float[] values = Numbers.Uniform(6 * 3 * 2, 1);
        values[(2 * 6) + 1] = float.PositiveInfinity;
        Tensor x = Tensor.From(values, [6, 3, 2], _device);
        Tensor y = Tensor.From(Numbers.Uniform(6, 2), [6, 1], _device);
        Sequential skipping = Model();
        Sequential without = Model();
        FitOptions options = new() { Shuffle = false, SkipNonFinite = true };

        History history = skipping.Fit(x, y, 2, 2, options);
        without.Fit([new Batch(x[..2], y[..2]), new Batch(x[4..], y[4..])], 2, options);

        Assert.Equal(2, history.SkippedBatches);
        Assert.Equal(Weights(without), Weights(skipping));
        Assert.All(history.Losses, loss => Assert.True(double.IsFinite(loss)));
        Assert.Equal(without.History!.Losses, history.Losses);
    }

    private static Sequential Model()
    {
        Sequential model = new(new Gru(3, seed: 1), new Dense(1, seed: 2));
        model.Compile(new MeanSquaredError(), new Adam());
        return model;
    }

    private static float[] Weights(Module model) =>
        [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];

    /// <summary>Hands its input on, and a gradient that is NaN at one step back.</summary>
    private sealed class BadGradient(int step) : Module
    {
        public override Tensor Forward(Tensor input) => GradientTape.Operation(
            "bad gradient", [input], inputs => inputs[0], gradient =>
            {
                float[] values = gradient.ToArray();
                int width = input.Shape[2];
                values.AsSpan(step * width, width).Fill(float.NaN);
                return [Tensor.From(values, gradient.Shape, gradient.Device)];
            });
    }
}
