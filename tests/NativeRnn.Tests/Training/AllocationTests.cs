using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>A training step that is warmed up makes no native memory and next to no garbage.</summary>
[Collection(nameof(CountingTests))]
public sealed class AllocationTests
{
    // The tape, and the tensors that a program gets to see.
    private const long GarbageOfAStep = 1023;

    /// <summary>A language model trained by an explicit loop: embedding, two LSTM layers, linear.</summary>
    [Theory]
    [InlineData(RnnCell.Lstm, 0)]
    [InlineData(RnnCell.Lstm, 0.2f)]
    [InlineData(RnnCell.Gru, 0)]
    public void ExplicitLoop_WhenWarm_MakesNoNativeObjectsAndLittleGarbage(RnnCell cell, float dropout)
    {
        using Device device = Device.Cpu(2);
        LanguageModel model = new(
            new LanguageModelOptions
            {
                Cell = cell, Vocabulary = 10, Embedding = 8, Hidden = 16, Layers = 2, Dropout = dropout,
            },
            device);
        CrossEntropyLoss criterion = new();
        Adam optimizer = new(model.Parameters(), 1e-3f);
        int[] text = [.. Enumerable.Range(0, 40).Select(index => index * index % 10)];
        using Tensor inputs = Tensor.From(text, [10, 4], device);
        using Tensor targets = Tensor.From(text, [10, 4], device);
        RecurrentState state = model.ZeroState(4);

        List<Count> counts = new(100);
        Action step = () =>
        {
            inputs.Write(text);
            using GradientTape tape = device.Record();
            (Tensor logits, RecurrentState next) = model.Forward(inputs, state);
            Tensor loss = criterion.Evaluate(logits, targets);
            tape.Backward(loss);
            optimizer.ClipGradientNorm(1);
            optimizer.Step();
            state.Hidden.Write(next.Hidden);
            state.Cell?.Write(next.Cell!);
            Assert.True(float.IsFinite(loss.Item()));
            counts.Add(Count.Now);
        };

        CheckCounts(counts, () =>
        {
            for (int count = 0; count < 40; count++)
                step();
        });
    }

    [Fact]
    public void Train_WhenWarm_MakesNoNativeObjectsAndLittleGarbage()
    {
        using Device device = Device.Cpu(1);
        LanguageModel model = new(
            new LanguageModelOptions { Vocabulary = 10, Embedding = 8, Hidden = 16 }, device);
        int[] text = [.. Enumerable.Range(0, 4000).Select(index => index * index % 10)];
        LanguageModelTrainer trainer = new(model, new LanguageModelTrainingOptions
        {
            Epochs = 2,
            Batch = 4,
            Sequence = 10,
            ReportInterval = TimeSpan.Zero,
        });

        List<Count> counts = new(1000);
        Reports<LanguageModelProgress> progress = new(_ => counts.Add(Count.Now));

        CheckCounts(counts, () => trainer.Train(text, ReadOnlyMemory<int>.Empty, progress));
    }

    [Fact]
    public void Fit_WhenWarm_MakesNoNativeObjectsAndLittleGarbage()
    {
        using Device device = Device.Cpu(1);
        Sequential model = new(new Lstm(12, returnSequences: true), new Lstm(12), new Dense(3));
        List<Count> counts = new(1000);
        model.Compile(
            new CategoricalCrossEntropy(), new Adam(), new AccuracyMetric(), new CountingMetric(counts));
        using Tensor x = Tensor.From([.. Enumerable.Range(0, 800).Select(index => MathF.Sin(index))], [100, 4, 2], device);
        using Tensor y = Tensor.From(
            [.. Enumerable.Range(0, 300).Select(index => index % 3 == index / 3 % 3 ? 1f : 0f)], [100, 3], device);

        CheckCounts(counts, () => model.Fit(x, y, epochs: 2, batchSize: 4, new FitOptions { ClipNorm = 1 }));
    }

    /// <summary>Compares what the second half of the steps found: by then all shapes have been seen.</summary>
    private static void CheckCounts(List<Count> counts, Action train)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();

        // No finalizer shall take objects away while they are counted.
        Assert.True(GC.TryStartNoGCRegion(100_000_000));
        try
        {
            train();
        }
        finally
        {
            GC.EndNoGCRegion();
        }

        Count[] warm = [.. counts[((counts.Count / 2) + 1)..]];
        Assert.True(warm.Length > 10);
        Assert.All(warm, count => Assert.Equal(warm[0].Native, count.Native));
        long garbage = (warm[^1].Garbage - warm[0].Garbage) / (warm.Length - 1);
        Assert.True(garbage <= GarbageOfAStep, $"a step makes {garbage} bytes of garbage");
    }

    private readonly record struct Count(long Native, long Garbage)
    {
        public static Count Now => new(Device.LiveNativeObjects, GC.GetAllocatedBytesForCurrentThread());
    }

    private sealed class CountingMetric(List<Count> counts) : Metric
    {
        public override string Name => "counts";

        public override double Result => counts.Count;

        public override void Reset()
        {
        }

        public override void Update(Tensor predictions, Tensor targets) => counts.Add(Count.Now);
    }
}
