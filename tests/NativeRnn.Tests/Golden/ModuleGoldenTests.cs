using NativeRnn.Layers;

namespace NativeRnn.Tests.Golden;

/// <summary>
/// Attention, normalisation, convolution and the transformer against PyTorch, whose parameters they
/// take by name: outputs and all gradients.
/// </summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class ModuleGoldenTests : IDisposable
{
    private const int Size = 6;

    private static readonly GoldenFile Golden = new("modules");

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void MultiHeadAttention_HasPyTorchsNumbers()
    {
        MultiHeadAttention layer = new(Size, 2, device: _device);

        Check("attention", layer, x => layer.Forward(x), 2, 4, Size);
    }

    [Fact]
    public void MultiHeadAttention_WithLengthsAndCausal_HasPyTorchsNumbers()
    {
        MultiHeadAttention layer = new(Size, 2, device: _device);
        Tensor lengths = Tensor.From([4, 2], [2], _device);

        Check(
            "attention_masked", layer,
            x => layer.Forward(x, x, x, lengths, causal: true).Output, 2, 4, Size);
    }

    [Fact]
    public void LayerNormalization_HasPyTorchsNumbers()
    {
        LayerNormalization layer = new(Size, device: _device);

        Check("layer_norm", layer, layer.Forward, 2, 3, Size);
    }

    [Theory]
    [InlineData("conv", 1, 1, 1)]
    [InlineData("conv_stride", 2, 1, 1)]
    [InlineData("conv_dilated", 1, 2, 1)]
    [InlineData("conv_groups", 1, 1, 2)]
    public void Conv1d_HasPyTorchsNumbers(string key, int stride, int dilation, int groups)
    {
        Conv1d layer = new(
            4, 6, 3, stride, dilation: dilation, groups: groups, bias: groups == 1, device: _device);

        Check(key, layer, layer.Forward, 2, 8, 4);
    }

    [Theory]
    [InlineData("encoder_post", false, Activation.Relu)]
    [InlineData("encoder_pre", true, Activation.Gelu)]
    public void TransformerEncoderLayer_HasPyTorchsNumbers(
        string key, bool normFirst, Activation activation)
    {
        TransformerEncoderLayer layer = new(
            Size, 2, 8, 0, activation, normFirst, device: _device);
        Tensor lengths = Tensor.From([4, 3], [2], _device);

        Check(key, layer, x => layer.Forward(x, lengths, causal: true), 2, 4, Size);
    }

    private void Check(
        string key, Module module, Func<Tensor, Tensor> run, params int[] shape)
    {
        Golden.Load(module, key + ".");
        Tensor x = Golden.Tensor(_device, key + ".x", shape).RequireGradient();
        using GradientTape tape = _device.Record();

        Tensor y = run(x);
        tape.Backward((y * Golden.Tensor(_device, key + ".y.grad", y.Shape.ToArray())).Sum());

        Golden.AssertClose(key + ".y", y);
        Golden.AssertClose(key + ".x.grad", x.Gradient!);
        Golden.AssertGradients(module, key + ".");
    }
}
