// A training run that a test kills and starts again: ResumeProgram DIRECTORY [everyBatches].
// It writes a line after each batch, and the end's losses and the weights' bits into
// DIRECTORY/result.txt.
using System.Globalization;
using NativeRnn;
using NativeRnn.Layers;
using NativeRnn.Training;

string directory = args[0];
int every = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 0;

using Device device = Device.Cpu(1);
Random random = new(1);
Sample[] samples = [.. Enumerable.Range(0, 48).Select(index =>
{
    int length = 3 + (index % 6);
    float[] values = [.. Enumerable.Range(0, 2 * length).Select(_ => random.NextSingle() - 0.5f)];
    return new Sample(new HostTensor(values, length, 2), values.Sum() > 0 ? 1 : 0);
})];
Dataset data = Dataset.FromSamples(samples).Shuffle(3).BucketByLength(5, 7).Batch(4).Prefetch(2);

RandomSeed.Set(5);
Sequential model = new(
    new Lstm(2, 8, numLayers: 2, batchFirst: true, dropout: 0.3f, device: device),
    new Dropout(0.2f),
    new Lstm(6),
    new Dense(2));
model.Compile(new CrossEntropyLoss(), new Adam(0.01f), new AccuracyMetric());
History history = model.Fit(data, epochs: 12, device: device, options: new FitOptions
{
    ClipNorm = 1,
    ValidationDataset = Dataset.FromSamples(samples[..8]).Batch(8),
    Callbacks = [new EarlyStopping(patience: 100, restoreBestWeights: true), new BatchLines()],
    Checkpoint = every > 0 ? new CheckpointOptions(directory, every) : null,
});

IEnumerable<string> weights = model.StateDict().SelectMany(entry => entry.Value.ToArray())
    .Select(value => BitConverter.SingleToInt32Bits(value).ToString("X8", CultureInfo.InvariantCulture));
IEnumerable<string> losses = history.Epochs.Select(epoch => FormattableString.Invariant(
    $"{epoch.Training.Loss:R} {epoch.Training.Metrics["accuracy"]:R} {epoch.Validation!.Loss:R}"));
File.WriteAllLines(Path.Combine(directory, "result.txt"), losses.Concat(weights));

/// <summary>Tells the test that a batch is done.</summary>
internal sealed class BatchLines : Callback
{
    public override void OnBatchEnd(TrainingContext context) =>
        Console.WriteLine($"epoch {context.Epoch} batch {context.Batch}");
}
