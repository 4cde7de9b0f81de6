using NativeRnn.Diagnostics;
using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Serving;

public sealed class TrainingMeterTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Fit_TellsLossNormAndMemoryOfEachBatch()
    {
        using Measurements measured = new(NativeRnnDiagnostics.TrainingMeter);
        Sequential model = new(new Gru(4, seed: 1), new Dense(1, seed: 2));
        model.Compile(new MeanSquaredError(), new Sgd(0.1f));

        History history = model.Fit(
            Numbers.Tensor(_device, 1, 8, 5, 3), Numbers.Tensor(_device, 2, 8, 1), batchSize: 2);

        Assert.Equal(8, measured.Of("nativernn.training.samples").Sum(found => found.Value));
        Assert.Equal(history.Losses[0], measured.Of("nativernn.training.loss").Average(found => found.Value), 1e-6);
        Assert.Equal(4, measured.Of("nativernn.training.gradient_norm").Count(found => found.Value > 0));

        // From batch to batch.
        Assert.Equal(3, measured.Of("nativernn.training.allocated").Count(found => found.Value >= 0));
        measured.Observe();
        Assert.True(Assert.Single(measured.Of("nativernn.native_objects")).Value > 0);
        Assert.Equal(
            ["nativernn.native_objects {object}", "nativernn.training.allocated By", "nativernn.training.gradient_norm 1",
                "nativernn.training.loss 1", "nativernn.training.samples {sample}",
                "nativernn.training.samples_per_second {sample}/s"],
            measured.Units.Select(unit => $"{unit.Key} {unit.Value}").Order(StringComparer.Ordinal));
    }

    // Other tests' listeners may be on: they keep nothing of this thread.
    [Fact]
    public void AStepThatIsTold_MakesNoGarbage()
    {
        long allocated = 0;
        Tell(ref allocated);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 1000; step++)
        {
            Tell(ref allocated);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void LanguageModelTrainer_TellsLossAndNormOfEachBatch()
    {
        using Measurements measured = new(NativeRnnDiagnostics.TrainingMeter);
        LanguageModel model = new(
            new LanguageModelOptions { Vocabulary = 3, Embedding = 2, Hidden = 4, Layers = 1 }, _device);
        LanguageModelTrainer trainer = new(
            model, new LanguageModelTrainingOptions { Epochs = 1, Batch = 2, Sequence = 5, Clip = 1 });
        int[] text = [.. Enumerable.Range(0, 41).Select(place => place % 3)];

        LanguageModelTrainingResult result = trainer.Train(text, default);

        (double Value, string)[] losses = measured.Of("nativernn.training.loss");
        Assert.Equal(4, losses.Length);
        Assert.Equal(result.TrainLoss, losses.Average(found => found.Value), 1e-6);
        Assert.Equal(4, measured.Of("nativernn.training.gradient_norm").Count(found => found.Value > 0));
    }

    private static void Tell(ref long allocated)
    {
        TrainingMeter.Add(1);
        TrainingMeter.Loss(1);
        TrainingMeter.GradientNorm(1);
        TrainingMeter.Allocated(ref allocated);
    }
}
