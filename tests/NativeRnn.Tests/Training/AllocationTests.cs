using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>A training step that is warmed up makes no native memory and little garbage.</summary>
[Collection(nameof(CountingTests))]
public sealed class AllocationTests
{
    // Tensors, closures and the tape's records of one step: some fifty small objects.
    private const long GarbageOfAStep = 24 * 1024;

    [Fact]
    public void Train_WhenWarm_MakesNoNativeObjectsAndLittleGarbage()
    {
        using Device device = Device.Cpu(1);
        LanguageModel model = new(
            new LanguageModelOptions { Vocabulary = 10, Embedding = 8, Hidden = 16 }, device);
        int[] text = [.. Enumerable.Range(0, 4000).Select(index => index * index % 10)];
        List<(long Native, long Garbage)> reports = [];
        Reports<LanguageModelProgress> progress = new(_ => reports.Add(
            (Device.LiveNativeObjects, GC.GetAllocatedBytesForCurrentThread())));
        reports.Capacity = 1000;

        GC.Collect();
        GC.WaitForPendingFinalizers();

        // No finalizer shall take objects away while they are counted.
        Assert.True(GC.TryStartNoGCRegion(100_000_000));
        try
        {
            new LanguageModelTrainer(model, new LanguageModelTrainingOptions
            {
                Epochs = 2,
                Batch = 4,
                Sequence = 10,
                ReportInterval = TimeSpan.Zero,
            }).Train(text, ReadOnlyMemory<int>.Empty, progress);
        }
        finally
        {
            GC.EndNoGCRegion();
        }

        // The second epoch: all shapes have been seen.
        (long Native, long Garbage)[] warm = [.. reports[(reports.Count / 2)..]];
        Assert.All(warm, report => Assert.Equal(warm[0].Native, report.Native));
        long garbage = (warm[^1].Garbage - warm[0].Garbage) / (warm.Length - 1);
        Assert.True(garbage <= GarbageOfAStep, $"a step makes {garbage} bytes of garbage");
    }
}
