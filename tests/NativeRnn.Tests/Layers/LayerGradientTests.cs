using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

public sealed class LayerGradientTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<string> RecurrentLayers() =>
        ["lstm", "lstm bidirectional", "lstm stacked", "gru", "gru before", "rnn"];

    [Theory]
    [MemberData(nameof(RecurrentLayers))]
    public void Recurrent_Gradients_AreTheDifferences(string which)
    {
        RecurrentLayer layer = which switch
        {
            "lstm" => new Lstm(3, 4, seed: 1, device: _device),
            "lstm bidirectional" => new Lstm(3, 2, bidirectional: true, seed: 1, device: _device),
            "lstm stacked" => new Lstm(3, 2, 2, batchFirst: true, seed: 1, device: _device),
            "gru" => new Gru(3, 4, seed: 1, device: _device),
            "gru before" => new Gru(3, 4, resetAfter: false, seed: 1, device: _device),
            _ => new SimpleRnn(3, 4, seed: 1, device: _device),
        };
        Tensor x = Numbers.Tensor(_device, 1, 2, 2, 3).RequireGradient();
        int rows = layer.NumLayers * (layer.Bidirectional ? 2 : 1);
        Tensor h = Numbers.Tensor(_device, 2, rows, 2, layer.HiddenSize).RequireGradient();
        Tensor? c = layer is Lstm
            ? Numbers.Tensor(_device, 3, rows, 2, layer.HiddenSize).RequireGradient()
            : null;
        Tensor Loss()
        {
            RecurrentOutput run = layer.Run(x, new RecurrentState(h, c), null);
            Tensor sum = GradientCheck.WeightedSum(run.Output, _device)
                + GradientCheck.WeightedSum(run.State.Hidden, _device);
            return run.State.Cell is Tensor cell
                ? sum + GradientCheck.WeightedSum(cell, _device)
                : sum;
        }

        Tensor[] inputs = c is null ? [x, h] : [x, h, c];
        GradientCheck.Run(_device, Loss, [.. inputs, .. GradientCheck.ParametersOf(layer)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Linear_Gradients_AreTheDifferences(bool bias)
    {
        Linear layer = new(3, 4, bias, seed: 1, device: _device);
        Tensor x = Numbers.Tensor(_device, 4, 2, 5, 3).RequireGradient();

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x), _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Theory]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Tanh)]
    [InlineData(Activation.Sigmoid)]
    [InlineData(Activation.Softmax)]
    [InlineData(Activation.Softplus)]
    public void Dense_Gradients_AreTheDifferences(Activation activation)
    {
        Dense layer = new(4, activation, seed: 2);
        Tensor x = Numbers.Tensor(_device, 5, 5, 3).RequireGradient();
        layer.Forward(x);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x), _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Fact]
    public void Embedding_Gradients_AreTheDifferences()
    {
        Embedding layer = new(4, 3, seed: 1, device: _device);
        Tensor indices = Tensor.From([1, 3, 1, 0], [2, 2], _device);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(indices), _device),
            GradientCheck.ParametersOf(layer));
    }

    [Fact]
    public void Embedding_PaddingIndex_GetsNoGradient()
    {
        Embedding layer = new(4, 3, paddingIndex: 1, seed: 1, device: _device);
        Tensor indices = Tensor.From([1, 3, 1, 0], [4], _device);
        using GradientTape tape = _device.Record();

        tape.Backward(layer.Forward(indices).Sum());

        Assert.Equal(
            [1f, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1], layer.Weight.Gradient.ToArray());
    }

    [Fact]
    public void Dropout_Gradient_HasTheMaskOfTheForward()
    {
        Dropout layer = new(0.5f, seed: 1);
        Tensor x = Tensor.From(Enumerable.Repeat(1f, 64).ToArray(), [64], _device)
            .RequireGradient();
        float[] mask;
        using (GradientTape tape = _device.Record())
        {
            Tensor y = layer.Forward(x);
            mask = y.ToArray();
            tape.Backward(y.Sum());
        }

        Assert.Equal(mask, x.Gradient!.ToArray());
        Assert.Contains(0f, mask);
        Assert.Contains(2f, mask);
    }
}
