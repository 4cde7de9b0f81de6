using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>The same training from tensors, data sets and batches of one's own; weights.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class FitDataTests : IDisposable
{
    private const int Rows = 22;

    private readonly Device _device = TestDevice.Open();
    private readonly Tensor _x;
    private readonly Tensor _y;

    public FitDataTests()
    {
        _x = Numbers.Tensor(_device, 1, Rows, 5, 2);
        _y = Tensor.From([.. Enumerable.Range(0, Rows).Select(row => row * row % 3)], [Rows], _device);
    }

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Fit_OfADataset_EqualsThatOfItsTensors()
    {
        Sequential wanted = Model();
        Sequential got = Model();
        FitOptions options = new() { Shuffle = false, ValidationSplit = 0.2f };

        History tensors = wanted.Fit(_x, _y, 3, 4, options);
        History dataset = got.Fit(Dataset.FromTensors(_x, _y).Batch(4).Prefetch(2), 3, options, _device);

        Assert.Equal(Weights(wanted), Weights(got));
        Assert.Equal(tensors.Losses, dataset.Losses);
        Assert.Equal(tensors.ValidationLosses, dataset.ValidationLosses);
        Assert.Equal(
            tensors.Epochs[2].Training.Metrics["accuracy"], dataset.Epochs[2].Training.Metrics["accuracy"]);
        Assert.Equal(
            wanted.Evaluate(_x, _y, 4).Loss, got.Evaluate(Dataset.FromTensors(_x, _y).Batch(4)).Loss);
    }

    [Fact]
    public void Fit_OfBatches_EqualsThatOfItsTensors()
    {
        Sequential wanted = Model();
        Sequential got = Model();

        History tensors = wanted.Fit(_x, _y, 3, 4, new FitOptions { Shuffle = false });
        History batches = got.Fit(Batches().ToList(), 3);

        Assert.Equal(Weights(wanted), Weights(got));
        Assert.Equal(tensors.Losses, batches.Losses);
    }

    [Fact]
    public async Task FitAsync_OfBatches_EqualsThatOfItsTensors()
    {
        Sequential wanted = Model();
        Sequential got = Model();

        wanted.Fit(_x, _y, 3, 4, new FitOptions { Shuffle = false });
        History history = await got.FitAsync(BatchesLater(), 3);

        Assert.Equal(Weights(wanted), Weights(got));
        Assert.Equal(3, history.Losses.Count);
    }

    [Fact]
    public void Fit_OfBatchesThatComeOnce_SaysSoInTheSecondEpoch()
    {
        Queue<Batch> once = new(Batches());
        IEnumerable<Batch> Taken()
        {
            while (once.TryDequeue(out Batch batch))
            {
                yield return batch;
            }
        }

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => Model().Fit(Taken(), epochs: 2));

        Assert.Contains("no batches in epoch 2", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Model().Fit([]));
    }

    [Fact]
    public void Fit_OfPaddedSequences_EqualsThatOfEachByItself()
    {
        Sample[] samples = [.. Enumerable.Range(0, 4).Select(row => new Sample(
            new HostTensor(Numbers.Uniform((2 + row) * 2, row), 2 + row, 2), row % 3))];
        Sequential padded = Model(new Sgd(0.1f));
        Sequential alone = Model(new Sgd(0.1f));

        double loss = padded.Fit(Dataset.FromSamples(samples).Batch(4), device: _device).Losses[0];
        alone.Build([1, 2, 2], device: _device);
        double[] losses = [.. samples.Select(sample => alone.Evaluate(
            Dataset.FromSamples([sample]), _device).Loss)];

        Assert.Equal(losses.Average(), loss, 1e-6);
    }

    [Fact]
    public void SampleWeights_MultiplyTheGradientOfTheirRows()
    {
        // A row of weight 0 is as if it were not there, but for the mean's divisor.
        float[] weights = [.. Enumerable.Range(0, Rows).Select(row => row < 11 ? 1f : 0f)];
        Sequential weighted = Model(new Sgd(0.2f));
        Sequential half = Model(new Sgd(0.1f));

        weighted.Fit(_x, _y, 1, Rows, new FitOptions
        {
            Shuffle = false, SampleWeights = Tensor.From(weights, [Rows], _device),
        });
        half.Fit(_x[..11], Tensor.From(_y.ToInt32Array().AsSpan(..11), [11], _device), 1, 11, new FitOptions { Shuffle = false });

        Numbers.AssertClose([.. Weights(half).Select(value => (double)value)], Weights(weighted), 1e-6);
    }

    [Fact]
    public void ClassWeights_EqualTheSampleWeightsOfTheClasses()
    {
        Dictionary<int, float> classes = new() { [0] = 0.5f, [2] = 3 };
        float[] weights = [.. _y.ToInt32Array().Select(number => classes.GetValueOrDefault(number, 1))];
        Sequential bySample = Model();
        Sequential byClass = Model();
        Sequential byDataset = Model();
        using Tensor each = Tensor.From(weights, [Rows], _device);

        bySample.Fit(_x, _y, 2, 5, new FitOptions { Shuffle = false, SampleWeights = each });
        byClass.Fit(_x, _y, 2, 5, new FitOptions { Shuffle = false, ClassWeights = classes });
        byDataset.Fit(Dataset.FromTensors(_x, _y, each).Batch(5), 2, device: _device);

        Assert.Equal(Weights(bySample), Weights(byClass));
        Assert.Equal(Weights(bySample), Weights(byDataset));
        Assert.NotEqual(Weights(bySample), Weights(Trained(new FitOptions { Shuffle = false })));
    }

    [Fact]
    public void Fit_WithWrongOptions_NamesThem()
    {
        Assert.Contains("SampleWeights[1] is -2", Message(new FitOptions
        {
            SampleWeights = Tensor.From([.. Enumerable.Range(0, Rows).Select(row => row == 1 ? -2f : 1)], [Rows], _device),
        }), StringComparison.Ordinal);
        Assert.Contains("[3]", Message(new FitOptions { SampleWeights = Tensor.Ones([3], _device) }), StringComparison.Ordinal);
        Assert.Contains("ClassWeights[1] is NaN", Message(new FitOptions
        {
            ClassWeights = new Dictionary<int, float> { [1] = float.NaN },
        }), StringComparison.Ordinal);
        Assert.Contains("not several", Message(new FitOptions
        {
            ValidationSplit = 0.5f, ValidationDataset = Dataset.FromTensors(_x, _y),
        }), StringComparison.Ordinal);
        Assert.Contains("Weights[0] is NaN", Assert.ThrowsAny<ArgumentException>(() => Model().Fit(
            [new Batch(_x, _y, Tensor.Full([Rows], float.NaN, _device))])).Message, StringComparison.Ordinal);
        Assert.Contains("Lengths", Assert.ThrowsAny<ArgumentException>(() => Model().Fit(
            [new Batch(_x, _y, null, Tensor.From([5, 5], _device))])).Message, StringComparison.Ordinal);
        Assert.Contains("ClipNorm", Message(new FitOptions { ClipNorm = -1 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_WhenCancelled_KeepsWeightsAndHistory()
    {
        using CancellationTokenSource source = new();
        Sequential model = Model();
        FitOptions options = new()
        {
            Callbacks = [new Told { BatchEnd = context =>
            {
                if (context is { Epoch: 3, Batch: 2 })
                {
                    source.Cancel();
                }
            } }],
        };

        Assert.Throws<OperationCanceledException>(
            () => model.Fit(_x, _y, 50, 4, options, source.Token));

        Assert.Equal(2, model.History!.Epochs.Count);
        Assert.NotEqual(Weights(Built(Model())), Weights(model));
        model.Fit(_x, _y, 1, 4);
        Assert.Single(model.History!.Epochs);
    }

    private static float[] Weights(Module model) =>
        [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())];

    private static Sequential Model(Optimizer? optimizer = null)
    {
        Sequential model = new(new Gru(6, seed: 1), new Dense(3, seed: 2));
        model.Compile(new CrossEntropyLoss(), optimizer ?? new Adam(0.01f), new AccuracyMetric());
        return model;
    }

    private Sequential Built(Sequential model)
    {
        model.Build(_x.Shape, device: _device);
        return model;
    }

    private Sequential Trained(FitOptions options)
    {
        Sequential model = Model();
        model.Fit(_x, _y, 2, 5, options);
        return model;
    }

    private string Message(FitOptions options) => Assert.ThrowsAny<ArgumentException>(
        () => Model().Fit(_x, _y, options: options)).Message;

    private IEnumerable<Batch> Batches()
    {
        int[] classes = _y.ToInt32Array();
        for (int start = 0; start < Rows; start += 4)
        {
            int end = Math.Min(start + 4, Rows);
            yield return new Batch(_x[start..end], Tensor.From(classes.AsSpan(start..end), [end - start], _device));
        }
    }

    private async IAsyncEnumerable<Batch> BatchesLater()
    {
        foreach (Batch batch in Batches())
        {
            await Task.Yield();
            yield return batch;
        }
    }
}
