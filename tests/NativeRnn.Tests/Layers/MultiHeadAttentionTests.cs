using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

public sealed class MultiHeadAttentionTests : IDisposable
{
    private const int Batch = 2;
    private const int Size = 6;
    private const int Heads = 2;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Forward_IsTheEquation(bool causal, bool cross)
    {
        MultiHeadAttention layer = Make();
        Tensor x = Numbers.Tensor(_device, 1, Batch, 4, Size);
        Tensor memory = cross ? Numbers.Tensor(_device, 2, Batch, 5, Size) : x;
        int[] lengths = [memory.Shape[1], 2];

        AttentionOutput got = layer.Forward(
            x, memory, memory, Tensor.From(lengths, [Batch], _device), causal: causal);

        PlainAttention plain = new(layer, Heads);
        (double[] output, double[] weights) = plain.Run(x, memory, lengths, causal);
        Assert.Equal([Batch, Heads, 4, memory.Shape[1]], got.Weights.Shape.ToArray());
        Numbers.AssertClose(weights, got.Weights.ToArray(), 1e-5);
        Numbers.AssertClose(output, got.Output.ToArray(), 1e-5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_AreTheDifferences(bool cross)
    {
        MultiHeadAttention layer = Make();
        Tensor x = Numbers.Tensor(_device, 1, Batch, 3, Size).RequireGradient();
        Tensor memory = cross ? Numbers.Tensor(_device, 2, Batch, 4, Size).RequireGradient() : x;
        Tensor lengths = Tensor.From([3, 0], [Batch], _device);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(
                layer.Forward(x, memory, memory, lengths, causal: !cross).Output, _device),
            [.. new[] { x, memory }.Distinct(), .. GradientCheck.ParametersOf(layer)]);
    }

    [Fact]
    public void Names_AndShapes_ArePyTorchs()
    {
        Dictionary<string, Tensor> state = Make().StateDict();

        Assert.Equal(
            ["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"], state.Keys);
        Assert.Equal([3 * Size, Size], state["in_proj_weight"].Shape.ToArray());
        Assert.Equal([3 * Size], state["in_proj_bias"].Shape.ToArray());
        MultiHeadAttention twin = Make(seed: 5);
        twin.LoadStateDict(state);
        Tensor x = Numbers.Tensor(_device, 1, Batch, 3, Size);
        Assert.Equal(Make().Forward(x).ToArray(), twin.Forward(x).ToArray());
    }

    [Fact]
    public void NothingToAttendTo_GivesTheBias_AndNoNaN()
    {
        MultiHeadAttention layer = Make();
        Tensor x = Numbers.Tensor(_device, 1, Batch, 3, Size);

        AttentionOutput got = layer.Forward(x, x, x, Tensor.From([0, 1], [Batch], _device));

        float[] bias = layer.StateDict()["out_proj.bias"].ToArray();
        Assert.Equal(bias, got.Output.ToArray()[..Size]);
        float[] weights = got.Weights.ToArray();
        Assert.All(weights[..(Heads * 9)], weight => Assert.Equal(0f, weight));
        Assert.Equal([1f, 0, 0], weights[(Heads * 9)..((Heads * 9) + 3)]);
    }

    [Fact]
    public void Dropout_ActsInTrainingOnly_ByItsSeed()
    {
        MultiHeadAttention Dropping() => new(Size, Heads, 0.5f, seed: 1, device: _device);
        Tensor x = Numbers.Tensor(_device, 1, Batch, 3, Size);
        MultiHeadAttention layer = Dropping();
        float[] trained = layer.Forward(x).ToArray();

        Assert.Equal(trained, Dropping().Forward(x).ToArray());
        Assert.NotEqual(trained, layer.Forward(x).ToArray());
        layer.SetTraining(false);
        Assert.Equal(layer.Forward(x).ToArray(), layer.Forward(x).ToArray());
    }

    [Fact]
    public void WrongInput_SaysWhatAndHow()
    {
        MultiHeadAttention layer = Make();
        Tensor x = Numbers.Tensor(_device, 1, Batch, 3, Size);

        Assert.Contains("heads", Assert.Throws<ArgumentException>(
            () => new MultiHeadAttention(6, 4)).Message, StringComparison.Ordinal);
        Assert.Contains("query", Assert.Throws<ArgumentException>(
            () => layer.Forward(x[0])).Message, StringComparison.Ordinal);
        Assert.Contains("value", Assert.Throws<ArgumentException>(
            () => layer.Forward(x, x, x[.., ..2])).Message, StringComparison.Ordinal);
        Assert.Contains("3 for 2", Assert.Throws<ArgumentException>(
            () => layer.Forward(x[.., ..2], x, x, causal: true)).Message, StringComparison.Ordinal);
    }

    private MultiHeadAttention Make(long seed = 1)
    {
        MultiHeadAttention layer = new(Size, Heads, seed: seed, device: _device);
        layer.LoadStateDict(
            new Dictionary<string, Tensor>
            {
                ["in_proj_bias"] = Numbers.Tensor(_device, 7, 3 * Size),
                ["out_proj.bias"] = Numbers.Tensor(_device, 8, Size),
            },
            strict: false);
        return layer;
    }
}
