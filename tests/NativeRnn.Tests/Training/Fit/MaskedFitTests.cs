using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>Padded sequences in Fit: a loss by step, weights, metrics and CTC see what counts only.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class MaskedFitTests : IDisposable
{
    private const int Classes = 3;

    private static readonly int[] Lengths = [2, 5, 3, 4];
    private static readonly float[] SampleWeights = [1, 0.5f, 2, 0.25f];

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_OfPaddedStepsWithWeights_TakesTheStepOfTheSequencesAlone(bool weighted)
    {
        Sample[] samples = Samples(weighted);
        Sequential padded = Model();
        Sequential alone = Model();
        double[] losses = StepOnEachAlone(alone, samples);

        History history = padded.Fit(Dataset.FromSamples(samples).Batch(4), device: _device);

        Assert.Equal(losses.Sum(), history.Losses[0], 1e-6);
        Numbers.AssertClose([.. Weights(alone)], [.. Weights(padded).Select(value => (float)value)], 1e-6);
    }

    [Fact]
    public void Fit_OfPaddedStepsWithWeights_WeighsTheMetrics()
    {
        Sample[] samples = Samples(weighted: true);
        Sequential model = Model();
        model.Build([1, 2, 2], device: _device);
        double right = 0, all = 0;
        foreach (Sample sample in samples)
        {
            double part = model.Evaluate(Dataset.FromSamples([sample with { Weight = 1 }]), _device)
                .Metrics["accuracy"];
            right += part * sample.Weight * sample.Input.Shape[0];
            all += sample.Weight * sample.Input.Shape[0];
        }

        Evaluation evaluation = model.Evaluate(Dataset.FromSamples(samples).Batch(4), _device);
        History history = model.Fit(Dataset.FromSamples(samples).Batch(4), device: _device);

        Assert.Equal(right / all, evaluation.Metrics["accuracy"], 1e-9);
        Assert.Equal(right / all, history.Epochs[0].Training.Metrics["accuracy"], 1e-9);
    }

    [Fact]
    public void ClassWeights_OfPaddedSteps_EqualWeightsByStep()
    {
        Tensor y = Tensor.From([0, 2, 1, 1, 0, 2, 1, 0], [2, 4], _device);
        Tensor x = Numbers.Tensor(_device, 3, 2, 4, 2);
        Tensor lengths = Tensor.From([4, 2], [2], _device);
        IReadOnlyDictionary<int, float> classes = ClassWeights.Balanced(y);
        Sequential byClass = Model();
        Sequential byStep = Model();

        byClass.Fit([new Batch(x, y, null, lengths)], 2, new FitOptions { ClassWeights = classes });
        byStep.Fit([new Batch(x, y, ClassWeights.Of(y, classes), lengths)], 2);

        Assert.Equal(Weights(byStep), Weights(byClass));
        Assert.Equal(byStep.History!.Losses, byClass.History!.Losses);
    }

    [Fact]
    public void Ctc_OfPaddedSequencesWithWeights_IsThatOfTheSequencesAlone()
    {
        Tensor x = Numbers.Tensor(_device, 5, 2, 6, 2);
        Tensor y = Tensor.From([1, 2, 2, -1], [2, 2], _device);
        Sequential model = new(new Gru(4, returnSequences: true, seed: 1), new Dense(Classes, seed: 2));
        model.Compile(new CtcLoss(), new Sgd(0));
        model.Build([1, 6, 2], device: _device);
        double wanted = (3 * Alone(0, 6, [1, 2])) + (0.5 * Alone(1, 4, [2]));

        History history = model.Fit([new Batch(
            x, y, Tensor.From([3f, 0.5f], [2], _device), Tensor.From([6, 4], [2], _device))]);

        Assert.Equal(wanted / 2, history.Losses[0], 1e-5);

        double Alone(int row, int steps, int[] labels) => model.Evaluate(
            x[row..(row + 1), ..steps], Tensor.From(labels, [1, labels.Length], _device)).Loss;
    }

    [Fact]
    public void Fit_OfBidirectionalLayersAndPools_LeavesThePaddingOut()
    {
        Sample[] samples = [.. Lengths.Select((steps, row) => new Sample(
            new HostTensor(Numbers.Uniform(steps * 2, row), steps, 2), row % Classes))];
        Sequential model = new(
            new Bidirectional(new Gru(3, returnSequences: true, seed: 1)),
            new MinGru(4, bidirectional: true, returnSequences: true, seed: 2),
            new GlobalMaxPool1d(), new Dense(Classes, seed: 3));
        model.Compile(new CrossEntropyLoss(), new Sgd(0));
        model.Build([1, 2, 2], device: _device);
        double[] losses = [.. samples.Select(
            sample => model.Evaluate(Dataset.FromSamples([sample]), _device).Loss)];

        Assert.Equal(
            losses.Average(), model.Fit(Dataset.FromSamples(samples).Batch(4), device: _device).Losses[0], 1e-6);
    }

    private static Sample[] Samples(bool weighted) => [.. Lengths.Select((steps, row) => new Sample(
        new HostTensor(Numbers.Uniform(steps * 2, row), steps, 2),
        new HostTensor([.. Enumerable.Range(row, steps).Select(step => step % Classes)], steps),
        weighted ? SampleWeights[row] : 1))];

    private static Sequential Model()
    {
        Sequential model = new(
            new Gru(4, returnSequences: true, seed: 1), new Dense(Classes, seed: 2));
        model.Compile(new CrossEntropyLoss(), new Sgd(0.5f), new AccuracyMetric());
        return model;
    }

    private static IEnumerable<double> Weights(Module model) =>
        model.Parameters().SelectMany(parameter => parameter.Value.ToArray()).Select(value => (double)value);

    // Each sequence's part of the mean over all steps.
    private double[] StepOnEachAlone(Sequential model, Sample[] samples)
    {
        model.Build([1, 2, 2], device: _device);
        Sgd optimizer = new(model.Parameters(), 0.5f);
        CrossEntropyLoss loss = new();
        List<double> losses = [];
        foreach (Sample sample in samples)
        {
            using GradientTape tape = _device.Record();
            Batch batch = Dataset.FromSamples([sample]).Batches(device: _device).Single();
            Tensor part = loss.Evaluate(model.Forward(batch.Input), batch.Target)
                * (sample.Weight * sample.Input.Shape[0] / Lengths.Sum());
            losses.Add(part.Item());
            tape.Backward(part);
        }

        optimizer.Step();
        return [.. losses];
    }
}
