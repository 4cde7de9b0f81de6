using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class Conv1dTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<int, int, int, int, TimePadding> Configurations()
    {
        TheoryData<int, int, int, int, TimePadding> data = new();
        foreach (TimePadding padding in Enum.GetValues<TimePadding>())
        {
            data.Add(1, 1, 1, 1, padding);
            data.Add(3, 1, 1, 1, padding);
            data.Add(2, 1, 1, 2, padding);
            data.Add(3, 2, 1, 1, padding);
            data.Add(4, 3, 2, 2, padding);
            data.Add(1, 2, 1, 4, padding);
        }

        data.Add(9, 4, 3, 1, TimePadding.Same);
        data.Add(3, 1, 9, 1, TimePadding.Causal);
        return data;
    }

    [Fact]
    public void InitialWeights_AfterKeras_FanOutToAllFiltersWithGroupsToo()
    {
        Conv1d layer = new(64, 3, groups: 2, seed: 1);
        layer.Forward(Numbers.Tensor(_device, 1, 1, 5, 4));

        double limit = Math.Sqrt(6.0 / ((2 * 3) + (64 * 3)));
        Assert.InRange(layer.Weight!.Value.ToArray().Max(Math.Abs), 0.95 * limit, limit);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Forward_IsTheEquation(
        int kernel, int stride, int dilation, int groups, TimePadding padding)
    {
        Conv1d layer = new(
            4, 8, kernel, stride, padding, dilation, groups, seed: 1, device: _device);
        Tensor x = Numbers.Tensor(_device, 2, 2, 11, 4);

        Tensor y = layer.Forward(x);

        (double[] wanted, int steps) = Plain(layer, x);
        Assert.Equal([2, steps, 8], y.Shape.ToArray());
        Numbers.AssertClose(wanted, y.ToArray(), 1e-5);
    }

    [Theory]
    [InlineData(3, 1, 1, 1, TimePadding.Valid)]
    [InlineData(2, 2, 1, 2, TimePadding.Same)]
    [InlineData(3, 1, 2, 1, TimePadding.Causal)]
    [InlineData(1, 1, 1, 1, TimePadding.Valid)]
    public void Gradients_AreTheDifferences(
        int kernel, int stride, int dilation, int groups, TimePadding padding)
    {
        Conv1d layer = new(
            2, 4, kernel, stride, padding, dilation, groups, seed: 1, device: _device);
        Tensor x = Numbers.Tensor(_device, 2, 2, 6, 2).RequireGradient();

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x), _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Fact]
    public void Causal_SeesNoLaterStep()
    {
        Conv1d layer = new(2, 3, 4, padding: TimePadding.Causal, seed: 1, device: _device);
        float[] values = Numbers.Uniform(10 * 2, 1);
        float[] before = layer.Forward(Tensor.From(values, [1, 10, 2], _device)).ToArray();
        values.AsSpan(6 * 2).Fill(9);

        float[] after = layer.Forward(Tensor.From(values, [1, 10, 2], _device)).ToArray();

        Assert.Equal(before[..(6 * 3)], after[..(6 * 3)]);
        Assert.NotEqual(before[(6 * 3)..], after[(6 * 3)..]);
    }

    [Fact]
    public void KerasStyle_FindsItsChannels()
    {
        Conv1d layer = new(4, 3, TimePadding.Same, activation: Activation.Relu, seed: 1);

        Tensor y = layer.Forward(Numbers.Tensor(_device, 1, 2, 5, 3));

        Assert.Equal([2, 5, 4], y.Shape.ToArray());
        Assert.All(y.ToArray(), value => Assert.True(value >= 0));
        Dictionary<string, Tensor> state = layer.StateDict();
        Assert.Equal([4, 3, 3], state["weight"].Shape.ToArray());
        Assert.Equal([0f, 0, 0, 0], state["bias"].ToArray());
    }

    [Fact]
    public void StateDict_LoadedIntoATwin_GivesTheSameOutput()
    {
        Conv1d layer = new(2, 4, 3, seed: 1, device: _device);
        Conv1d twin = new(2, 4, 3, seed: 2, device: _device);
        Tensor x = Numbers.Tensor(_device, 1, 2, 5, 2);

        twin.LoadStateDict(layer.StateDict());

        Assert.Equal(layer.Forward(x).ToArray(), twin.Forward(x).ToArray());
    }

    [Fact]
    public void Threads_GiveTheSameBits()
    {
        using Device three = TestDevice.Open(3);
        Assert.Equal(RunOn(_device), RunOn(three));

        static float[] RunOn(Device device)
        {
            Conv1d layer = new(16, 24, 5, seed: 1, device: device);
            Tensor x = Numbers.Tensor(device, 1, 8, 60, 16).RequireGradient();
            using GradientTape tape = device.Record();
            Tensor y = layer.Forward(x);
            tape.Backward(y.Square().Sum());
            return [.. y.ToArray(), .. x.Gradient!.ToArray(), .. layer.Weight!.Gradient.ToArray()];
        }
    }

    [Fact]
    public void WrongInput_SaysWhatAndHow()
    {
        Conv1d layer = new(2, 4, 3, dilation: 2, device: _device);

        Throws(() => layer.Forward(Numbers.Tensor(_device, 1, 2, 4, 2)), "4 steps", "needs 5");
        Throws(() => layer.Forward(Numbers.Tensor(_device, 1, 2, 9, 3)), "[2, 9, 3]", "must be 2");
        Throws(() => layer.Forward(Numbers.Tensor(_device, 1, 9, 2)), "[B,T,C]", "[9, 2]");
        Throws(() => _ = new Conv1d(3, 4, 1, groups: 2, device: _device), "inChannels is 3", "2");
        Throws(() => _ = new Conv1d(4, 3, 1, groups: 2, device: _device), "outChannels is 3", "2");
        Throws(() => _ = new Conv1d(4, 3, 0, device: _device), "kernelSize");
        Throws(() => _ = new Conv1d(4, 3, 1, stride: 0, device: _device), "stride");
        Throws(() => _ = new Conv1d(4, 3, (TimePadding)7), "padding");
    }

    private static void Throws(Action action, params string[] words)
    {
        string message = Assert.ThrowsAny<ArgumentException>(action).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    // The equation as loops in double; padding as TimePadding states it.
    private static (double[] Values, int Steps) Plain(Conv1d layer, Tensor input)
    {
        (int batch, int steps, int channels) = (input.Shape[0], input.Shape[1], input.Shape[2]);
        float[] x = input.ToArray(), weight = layer.Weight!.Value.ToArray();
        float[] bias = layer.Bias!.Value.ToArray();
        int reach = (layer.KernelSize - 1) * layer.Dilation;
        int starts = layer.Padding == TimePadding.Valid ? steps - reach : steps;
        int count = (starts + layer.Stride - 1) / layer.Stride;
        int left = layer.Padding switch
        {
            TimePadding.Causal => reach,
            TimePadding.Same => Math.Max(((count - 1) * layer.Stride) + reach + 1 - steps, 0) / 2,
            _ => 0,
        };
        int width = channels / layer.Groups, outputs = layer.OutChannels / layer.Groups;
        List<double> y = [];
        for (int row = 0; row < batch * count * layer.OutChannels; row++)
        {
            int o = row % layer.OutChannels, t = row / layer.OutChannels % count;
            int b = row / layer.OutChannels / count;
            double sum = bias[o];
            for (int c = 0; c < width; c++)
            {
                for (int k = 0; k < layer.KernelSize; k++)
                {
                    int step = (t * layer.Stride) + (k * layer.Dilation) - left;
                    int channel = (o / outputs * width) + c;
                    double value = step < 0 || step >= steps
                        ? 0
                        : x[(((b * steps) + step) * channels) + channel];
                    sum += value * weight[(((o * width) + c) * layer.KernelSize) + k];
                }
            }

            y.Add(sum);
        }

        return ([.. y], count);
    }
}
