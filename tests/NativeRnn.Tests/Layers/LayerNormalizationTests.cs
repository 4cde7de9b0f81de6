using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class LayerNormalizationTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_IsTheEquation(bool affine)
    {
        const int Size = 7;
        LayerNormalization layer = new(Size, 1e-3f, affine, _device);
        layer.Weight?.Value.Write(Numbers.Uniform(Size, 1));
        layer.Bias?.Value.Write(Numbers.Uniform(Size, 2));
        Tensor x = Numbers.Tensor(_device, 3, 2, 3, Size);

        float[] got = layer.Forward(x).ToArray();

        Numbers.AssertClose(
            Plain(x.ToArray(), Size, 1e-3, layer.Weight?.Value.ToArray(), layer.Bias?.Value.ToArray()),
            got,
            1e-5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_AreTheDifferences(bool affine)
    {
        LayerNormalization layer = new(5, 0.1f, affine, _device);
        layer.Weight?.Value.Write(Numbers.Uniform(5, 1));
        Tensor x = Numbers.Tensor(_device, 2, 3, 2, 5).RequireGradient();

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x), _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Fact]
    public void Size_IsFoundInTheFirstForward()
    {
        LayerNormalization layer = new(1e-3f);
        Assert.Throws<InvalidOperationException>(() => layer.StateDict());

        layer.Forward(Numbers.Tensor(_device, 1, 2, 6));

        Assert.Equal(6, layer.NormalizedSize);
        Assert.Equal(["weight", "bias"], layer.StateDict().Keys);
        Assert.Equal(12, layer.ParameterCount);
    }

    [Fact]
    public void StateDict_LoadedIntoATwin_GivesTheSameOutput()
    {
        LayerNormalization layer = new(4, device: _device), twin = new(4, device: _device);
        layer.Weight!.Value.Write(Numbers.Uniform(4, 1));
        layer.Bias!.Value.Write(Numbers.Uniform(4, 2));
        Tensor x = Numbers.Tensor(_device, 3, 5, 4);

        twin.LoadStateDict(layer.StateDict());

        Assert.Equal(layer.Forward(x).ToArray(), twin.Forward(x).ToArray());
    }

    [Fact]
    public void WrongInput_SaysWhatAndHow()
    {
        LayerNormalization layer = new(4, device: _device);

        string message = Assert.Throws<ArgumentException>(
            () => layer.Forward(Numbers.Tensor(_device, 1, 2, 3))).Message;
        Assert.Contains("[2, 3]", message, StringComparison.Ordinal);
        Assert.Contains("4", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Ones([], _device)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LayerNormalization(4, -1f));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LayerNormalization(4, float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LayerNormalization(0, 1e-5f));
    }

    private static double[] Plain(
        float[] x, int size, double epsilon, float[]? weight, float[]? bias)
    {
        double[] y = new double[x.Length];
        for (int first = 0; first < x.Length; first += size)
        {
            double[] row = [.. x.AsSpan(first, size).ToArray().Select(value => (double)value)];
            double mean = row.Average();
            double variance = row.Select(value => (value - mean) * (value - mean)).Average();
            for (int c = 0; c < size; c++)
            {
                double normal = (row[c] - mean) / Math.Sqrt(variance + epsilon);
                y[first + c] = (normal * (weight?[c] ?? 1)) + (bias?[c] ?? 0);
            }
        }

        return y;
    }
}
