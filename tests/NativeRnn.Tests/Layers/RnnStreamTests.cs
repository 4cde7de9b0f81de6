using NativeRnn.Layers;
using NativeRnn.Tests.Tensors;

namespace NativeRnn.Tests.Layers;

/// <summary>Streams: what they give, what they keep, what they cost.</summary>
[Collection(NativeObjects.Name)]
public sealed class RnnStreamTests : IDisposable
{
    private const int Steps = 6;
    private const int Batch = 3;
    private const int Input = 4;
    private const int Hidden = 9;
    private const int Layers = 2;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<RnnCell, WeightStorage, double> Storages()
    {
        TheoryData<RnnCell, WeightStorage, double> data = [];
        foreach (RnnCell cell in Enum.GetValues<RnnCell>())
        {
            data.Add(cell, WeightStorage.Float32, 1e-6);
            data.Add(cell, WeightStorage.BFloat16, 5e-3);
            data.Add(cell, WeightStorage.Int8, 1e-2);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Storages))]
    public void Run_GivesWhatForwardGives(RnnCell cell, WeightStorage storage, double tolerance)
    {
        RecurrentLayer layer = Make(cell);
        float[] x = Numbers.Uniform(Steps * Batch * Input, 1);
        double[] wanted = Wanted(layer, x);
        using RnnWeights weights = layer.Pack(storage);
        using RnnStream stream = weights.OpenStream(Batch);
        float[] y = new float[Steps * Batch * Hidden];

        stream.Run(x, y);

        Numbers.AssertClose(wanted, y, tolerance);
    }

    [Theory]
    [InlineData(RnnCell.Lstm)]
    [InlineData(RnnCell.Gru)]
    public void Step_ByStep_GivesTheBitsOfRun(RnnCell cell)
    {
        float[] x = Numbers.Uniform(Steps * Batch * Input, 2);
        using RnnWeights weights = Make(cell).Pack(WeightStorage.Int8);
        using RnnStream whole = weights.OpenStream(Batch), single = weights.OpenStream(Batch);
        float[] wanted = new float[Steps * Batch * Hidden];
        float[] y = new float[Batch * Hidden];

        whole.Run(x, wanted);

        for (int step = 0; step < Steps; step++)
        {
            single.Step(x.AsSpan(step * Batch * Input, Batch * Input), y);
            Assert.Equal(wanted[(step * y.Length)..((step + 1) * y.Length)], y);
        }
    }

    [Fact]
    public void Pack_OfABatchFirstKerasLayer_Works()
    {
        Gru layer = new(Hidden, returnSequences: true, seed: 3);
        float[] x = Numbers.Uniform(Steps * Input, 3);
        double[] wanted = Doubles(
            layer.Forward(Tensor.From(x, [1, Steps, Input], _device)).ToArray());
        using RnnWeights weights = layer.Pack();
        using RnnStream stream = weights.OpenStream();
        float[] y = new float[Steps * Hidden];

        stream.Run(x, y);

        Numbers.AssertClose(wanted, y, 1e-6);
        Assert.Equal((Input, Hidden, 1), (weights.InputSize, weights.HiddenSize, weights.NumLayers));
    }

    [Fact]
    public void Pack_IsACopyOfTheWeights()
    {
        RecurrentLayer layer = Make(RnnCell.Lstm);
        float[] x = Numbers.Uniform(Batch * Input, 4), before = new float[Batch * Hidden];
        float[] after = new float[Batch * Hidden];
        using RnnWeights weights = layer.Pack();
        using RnnStream stream = weights.OpenStream(Batch);
        stream.Step(x, before);

        layer.Parameters().Single().Value.Fill(0);

        stream.Reset();
        stream.Step(x, after);
        Assert.Equal(before, after);
    }

    [Fact]
    public void ByteCount_ShrinksWithTheStorage()
    {
        RecurrentLayer layer = new Lstm(64, 64, device: _device);
        using RnnWeights full = layer.Pack(), half = layer.Pack(WeightStorage.BFloat16);
        using RnnWeights quarter = layer.Pack(WeightStorage.Int8);

        // 4 x 64 rows of 128 weights and of one bias, int8 with two scales for each row.
        Assert.Equal(4 * 64 * ((4 * 128) + 4), full.ByteCount);
        Assert.Equal(4 * 64 * ((2 * 128) + 4), half.ByteCount);
        Assert.Equal(4 * 64 * (128 + 4 + 8), quarter.ByteCount);
        Assert.Equal(WeightStorage.Int8, quarter.Storage);
    }

    [Theory]
    [InlineData(RnnCell.Lstm)]
    [InlineData(RnnCell.RnnTanh)]
    public void State_MovesToAnotherStream(RnnCell cell)
    {
        float[] x = Numbers.Uniform(Batch * Input, 5);
        using RnnWeights weights = Make(cell).Pack();
        using RnnStream first = weights.OpenStream(Batch), second = weights.OpenStream(Batch);
        float[] wanted = new float[Batch * Hidden], got = new float[Batch * Hidden];
        float[] h = new float[first.StateLength];
        float[] c = new float[cell == RnnCell.Lstm ? first.StateLength : 0];
        first.Step(x, wanted);

        first.CopyStateTo(h, c);
        second.SetState(h, c);

        Assert.Equal(Layers * Batch * Hidden, first.StateLength);
        Assert.Equal(wanted, h[^wanted.Length..]);
        first.Step(x, wanted);
        second.Step(x, got);
        Assert.Equal(wanted, got);
    }

    [Fact]
    public void Step_AllocatesNothing()
    {
        float[] x = Numbers.Uniform(Input, 6), y = new float[Hidden];
        using RnnWeights weights = Make(RnnCell.Lstm).Pack(WeightStorage.BFloat16);
        using RnnStream stream = weights.OpenStream();
        stream.Step(x, y);
        stream.Reset();
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int step = 0; step < 1000; step++)
        {
            stream.Step(x, y);
        }

        stream.Reset();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Streams_OnManyThreads_ShareTheirWeights()
    {
        const int Threads = 4;
        float[] x = Numbers.Uniform(Steps * Batch * Input, 7);
        using RnnWeights weights = Make(RnnCell.Gru).Pack();
        float[] alone = RunAlone(weights, x);
        float[]?[] together = new float[Threads][];

        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() =>
        {
            for (int round = 0; round < 50; round++)
            {
                together[index] = RunAlone(weights, x);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(together, y => Assert.Equal(alone, y));
    }

    [Fact]
    public void Streams_OutliveTheirWeightsAndTheirDevice()
    {
        long before = NativeObjects.Count();
        Device device = TestDevice.Open();
        RnnStream stream = Open(device);
        device.Dispose();
        float[] y = new float[Hidden];

        stream.Step(new float[Input], y);

        Assert.Contains(y, value => value != 0);
        stream.Dispose();
        stream.Dispose();
        Assert.Equal(before, NativeObjects.Count());

        static RnnStream Open(Device device)
        {
            using RnnWeights weights = new SimpleRnn(Input, Hidden, device: device).Pack();
            return weights.OpenStream();
        }
    }

    private static float[] RunAlone(RnnWeights weights, float[] x)
    {
        using RnnStream stream = weights.OpenStream(Batch);
        float[] y = new float[Steps * Batch * Hidden];
        stream.Run(x, y);
        return y;
    }

    private double[] Wanted(RecurrentLayer layer, float[] x) =>
        Doubles(layer.Forward(Tensor.From(x, [Steps, Batch, Input], _device)).ToArray());

    private static double[] Doubles(float[] values) => [.. values.Select(value => (double)value)];

    private RecurrentLayer Make(RnnCell cell) => cell switch
    {
        RnnCell.Lstm => new Lstm(Input, Hidden, Layers, seed: 1, device: _device),
        RnnCell.Gru => new Gru(Input, Hidden, Layers, seed: 1, device: _device),
        RnnCell.RnnTanh => new SimpleRnn(Input, Hidden, Layers, seed: 1, device: _device),
        _ => new SimpleRnn(
            Input, Hidden, Layers, Activation.Relu, seed: 1, device: _device),
    };
}
