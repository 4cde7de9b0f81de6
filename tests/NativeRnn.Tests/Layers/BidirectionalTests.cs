using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

public sealed class BidirectionalTests : IDisposable
{
    private const int Batch = 2;
    private const int Steps = 4;
    private const int Input = 3;
    private const int Hidden = 5;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Wrapper_WithTheWeightsOfTheFusedLayer_GivesItsOutput(bool sequences, bool batchFirst)
    {
        Lstm fused = batchFirst
            ? new(Hidden, sequences, bidirectional: true, seed: 1)
            : new(Input, Hidden, bidirectional: true, seed: 1, device: _device);
        Lstm inner = batchFirst
            ? new(Hidden, sequences, seed: 2)
            : new(Input, Hidden, seed: 2, device: _device);
        Tensor x = Numbers.Tensor(
            _device, 1, batchFirst ? [Batch, Steps, Input] : [Steps, Batch, Input]);
        Bidirectional wrapper = new(inner);
        float[] wanted = fused.Forward(x).ToArray();
        float[] before = wrapper.Forward(x).ToArray();

        wrapper.LoadStateDict(fused.StateDict().ToDictionary(
            weight => weight.Key.EndsWith("_reverse", StringComparison.Ordinal)
                ? $"backward.{weight.Key[..^"_reverse".Length]}"
                : $"forward.{weight.Key}",
            weight => weight.Value));

        Numbers.AssertClose(
            [.. wanted.Select(v => (double)v)], wrapper.Forward(x).ToArray(), 1e-6);
        Assert.NotEqual(wanted, before);
    }

    [Theory]
    [InlineData(MergeMode.Concat)]
    [InlineData(MergeMode.Sum)]
    [InlineData(MergeMode.Mul)]
    [InlineData(MergeMode.Average)]
    public void Wrapper_OfUsersModules_MergesThem(MergeMode mode)
    {
        RunningSum forward = new(1);
        RunningSum backward = new(10);
        Tensor x = Tensor.From([1f, 2, 3], [1, 3, 1], _device);

        Tensor got = new Bidirectional(forward, backward, mode).Forward(x);

        float[] sums = [1, 3, 6];
        float[] reversed = [60, 50, 30];
        Assert.Equal(
            mode switch
            {
                MergeMode.Concat => [1, 60, 3, 50, 6, 30],
                MergeMode.Sum => [.. sums.Zip(reversed, (left, right) => left + right)],
                MergeMode.Mul => [.. sums.Zip(reversed, (left, right) => left * right)],
                _ => [.. sums.Zip(reversed, (left, right) => (left + right) / 2)],
            },
            got.ToArray());
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("cell")]
    public void Wrapper_Gradients_AreTheDifferences(string which)
    {
        Tensor x = Numbers.Tensor(_device, 1, Batch, Steps, Input).RequireGradient();
        Bidirectional layer = which == "lstm"
            ? new(new Lstm(2, returnSequences: true, seed: 1), MergeMode.Mul)
            : new(
                new Rnn(new GatedSumCell(Input, 2, 1, _device), returnSequences: true),
                MergeMode.Average);
        layer.Forward(x);

        GradientCheck.Run(
            _device,
            () => 0.2f * GradientCheck.WeightedSum(layer.Forward(x), _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }

    [Fact]
    public void WrongCalls_NameWhatIsWrong()
    {
        Gru layer = new(2);

        Check(() => new Bidirectional(layer, layer), "another module");
        Check(() => new Bidirectional(layer, (MergeMode)9), "mergeMode");
        Check(() => new Bidirectional((RecurrentLayer)null!), "layer");
        Check(() => new Bidirectional(layer).Forward(Tensor.Zeros([2], _device)), "[B,T,..]");
        Check(
            () => new Gru(2, options: new RecurrentOptions { MergeMode = (MergeMode)9 }),
            "MergeMode");
        Check(() => new TimeDistributed(null!), "module");
        Check(() => new TimeDistributed(layer).Forward(Tensor.Zeros([2, 2], _device)), "[B,T,..]");
    }

    [Fact]
    public void Pair_OfTimeMajorLayers_IsReversedOverTime()
    {
        Gru forward = new(Input, Hidden, seed: 1, device: _device);
        Gru backward = new(Input, Hidden, seed: 2, device: _device);
        Tensor x = Numbers.Tensor(_device, 1, Steps, Batch, Input);

        Tensor got = new Bidirectional(forward, backward).Forward(x);

        for (int step = 0; step < Steps; step++)
        {
            Tensor reversed = Tensor.Concat(
                [.. Enumerable.Range(0, Steps).Reverse().Select(at => x[at..(at + 1)])], 0);
            Tensor wanted = Tensor.Concat(
                [forward.Forward(x)[step], backward.Forward(reversed)[Steps - 1 - step]], -1);
            Assert.Equal(wanted.ToArray(), got[step].ToArray());
        }

        Check(() => new Bidirectional(forward, new Gru(Hidden)), "backward takes [B,T,..], forward [T,B,..]");
    }

    private static void Check(Func<object> call, string words)
    {
        ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>Something that goes through time and is no layer of the library.</summary>
    private sealed class RunningSum(float scale) : Module
    {
        public override Tensor Forward(Tensor input)
        {
            List<Tensor> sums = [];
            for (int step = 0; step < input.Shape[1]; step++)
            {
                Tensor x = input[.., step];
                sums.Add(step == 0 ? x : sums[^1] + x);
            }

            return scale * Tensor.Stack(sums, 1);
        }
    }
}
