using NativeRnn.Layers;
using NativeRnn.Serving;
using NativeRnn.Tests.Cli;
using NativeRnn.Training;

namespace NativeRnn.Tests.Serving;

public sealed class PredictorTests
{
    [Fact]
    public async Task Predict_FromManyThreads_GivesTheBitsOfOne()
    {
        HostTensor[] samples = [.. Enumerable.Range(0, 16).Select(seed => ServedModel.Sample(seed, steps: 3 + (seed % 5)))];
        float[][] expected = [.. samples.Select(ServedModel.Expected)];
        using Predictor predictor = new(ServedModel.Create, ServedModel.Options with { Replicas = 3 });

        Task<float[]>[] asynchronous = [.. Enumerable.Range(0, 400).Select(call => predictor.PredictAsync(samples[call % 16]))];
        Parallel.For(0, 400, new() { MaxDegreeOfParallelism = 8 }, call =>
            Assert.Equal(expected[call % 16], predictor.Predict(samples[call % 16])));

        float[][] outputs = await Task.WhenAll(asynchronous);
        Assert.All(outputs.Index(), output => Assert.Equal(expected[output.Index % 16], output.Item));
    }

    [Fact]
    public async Task Predict_OfABatch_GivesEachSampleItsOutput()
    {
        HostTensor[] samples = [.. Enumerable.Range(0, 5).Select(seed => ServedModel.Sample(seed))];
        using Predictor predictor = new(ServedModel.Create, ServedModel.Options);

        float[][] outputs = predictor.Predict(samples);

        Assert.Equal(outputs, await predictor.PredictAsync(samples));
        Assert.All(outputs.Zip(samples), pair =>
        {
            float[] alone = ServedModel.Expected(pair.Second);
            Assert.Equal(ServedModel.Outputs, pair.First.Length);
            Assert.All(alone.Zip(pair.First), both => Assert.Equal(both.First, both.Second, 1e-5f));
        });
    }

    [Fact]
    public void Predict_OfIndices_TakesThem()
    {
        using Predictor predictor = new(
            device => new Sequential(new Embedding(5, 4, seed: 1, device: device), new GlobalMaxPool1d()),
            new PredictorOptions { InputShape = [-1], InputType = DType.Int32 });

        Assert.Equal(4, predictor.Predict(new[] { 0, 4, 2 }).Length);
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => predictor.Predict(new[] { 0, 5, 2 }));
        Assert.Contains("5", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(predictor.Predict(new[] { 3 }), predictor.Predict(new[] { 3 }));
    }

    [Fact]
    public void Load_OfASavedModel_PredictsLikeIt()
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("model.safetensors");
        ServedModel.Save(path);
        HostTensor sample = ServedModel.Sample(1);

        using Predictor predictor = Predictor.Load(path, ServedModel.Options);

        Assert.Equal(2, predictor.Replicas);
        Assert.Equal(ServedModel.Expected(sample), predictor.Predict(sample));
    }

    // A function may make each replica with weights of its own.
    [Fact]
    public async Task Replicas_AllHaveTheWeightsOfTheFirst()
    {
        int seed = 0;
        using Predictor predictor = new(
            device => new Linear(2, 2, seed: ++seed, device: device), new PredictorOptions { Replicas = 4 });

        float[][] outputs = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(_ => predictor.PredictAsync(new[] { 1f, 2f })));

        Assert.Equal(4, seed);
        Assert.All(outputs, output => Assert.Equal(outputs[0], output));
    }

    [Fact]
    public async Task Predict_BeyondTheQueuesLimit_IsRefused()
    {
        using ClosedGate gate = new(new PredictorOptions { QueueLimit = 1 });
        Task<float[]> running = await gate.Occupy();
        Task<float[]> waiting = gate.Predictor.PredictAsync(2f);

        PredictorBusyException refused =
            await Assert.ThrowsAsync<PredictorBusyException>(() => gate.Predictor.PredictAsync(3f));
        Assert.Contains("1 predictions of the model wait already, at most 1", refused.Message, StringComparison.Ordinal);
        Assert.Throws<PredictorBusyException>(() => gate.Predictor.Predict(3f));

        gate.Open(2);
        Assert.Equal(1f, Assert.Single(await running));
        Assert.Equal(2f, Assert.Single(await waiting));
    }

    [Fact]
    public async Task Predict_WithoutAQueue_TakesWhatIsFree()
    {
        using ClosedGate gate = new(new PredictorOptions { QueueLimit = 0 });
        Task<float[]> running = await gate.Occupy();

        Assert.Throws<PredictorBusyException>(() => gate.Predictor.Predict(2f));
        gate.Open(2);
        await running;
        Assert.Equal([3f], gate.Predictor.Predict(3f));
    }

    [Fact]
    public async Task Predict_ThatWaitsTooLong_TimesOut()
    {
        using ClosedGate gate = new(new PredictorOptions { QueueTimeout = TimeSpan.FromMilliseconds(1) });
        Task<float[]> running = await gate.Occupy();

        TimeoutException late = await Assert.ThrowsAsync<TimeoutException>(() => gate.Predictor.PredictAsync(2f));
        Assert.Contains("00:00:00.001", late.Message, StringComparison.Ordinal);
        Assert.Throws<TimeoutException>(() => gate.Predictor.Predict(2f));

        gate.Open(2);
        await running;
        Assert.Equal(3f, Assert.Single(await gate.Predictor.PredictAsync(3f)));
    }

    [Fact]
    public async Task Predict_ThatIsCancelledWhileItWaits_LeavesTheQueue()
    {
        using ClosedGate gate = new(new PredictorOptions { QueueLimit = 1 });
        using CancellationTokenSource source = new();
        Task<float[]> running = await gate.Occupy();
        Task<float[]> waiting = gate.Predictor.PredictAsync(2f, source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.ThrowsAny<OperationCanceledException>(() => gate.Predictor.Predict(2f, source.Token));
        gate.Open(2);
        Assert.Equal(1f, Assert.Single(await running));
        Assert.Equal(3f, Assert.Single(await gate.Predictor.PredictAsync(3f)));
    }

    [Fact]
    public async Task Dispose_InUse_EndsThoseThatWait_AndLetsThoseThatRunFinish()
    {
        ClosedGate gate = new();
        Task<float[]> running = await gate.Occupy();
        Task<float[]>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => gate.Predictor.PredictAsync(2f))];

        gate.Predictor.Dispose();
        gate.Predictor.Dispose();
        gate.Open(4);

        Assert.Equal(1f, Assert.Single(await running));
        foreach (Task<float[]> call in waiting)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
        }

        Assert.Throws<ObjectDisposedException>(() => gate.Predictor.Predict(3f));
        gate.Dispose();
    }

    [Fact]
    public async Task Dispose_FreesEveryReplica()
    {
        List<(Device Device, Module Model)> made = [];
        Predictor predictor = new(
            device =>
            {
                made.Add((device, ServedModel.Create(device)));
                return made[^1].Model;
            },
            ServedModel.Options with { Replicas = 3 });
        await Task.WhenAll(Enumerable.Range(0, 20).Select(seed => predictor.PredictAsync(ServedModel.Sample(seed))));

        predictor.Dispose();

        Assert.Equal(3, made.Count);
        Assert.All(made, replica => Assert.Throws<ObjectDisposedException>(replica.Device.Synchronize));
        Assert.All(
            made.SelectMany(replica => replica.Model.Parameters()),
            parameter => Assert.Throws<ObjectDisposedException>(parameter.Value.ToArray));
    }

    [Fact]
    public void Predict_AfterAFailure_GoesOn()
    {
        bool fail = true;
        using Predictor predictor = new(
            _ => new Lambda(input => fail ? throw new NotSupportedException("not today") : input),
            new PredictorOptions { Replicas = 1 });

        Assert.Throws<NotSupportedException>(() => predictor.Predict(1f));
        fail = false;
        Assert.Equal([1f], predictor.Predict(1f));
    }
}
