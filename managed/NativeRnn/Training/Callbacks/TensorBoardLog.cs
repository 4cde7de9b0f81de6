namespace NativeRnn.Training;

/// <summary>
/// Event files for TensorBoard: <c>epoch_loss</c> and each metric after each epoch, under
/// <c>train</c> and <c>validation</c>, and the loss of batches. A resumed run adds a file.
/// </summary>
public sealed class TensorBoardLog : Callback
{
    private static int _files;

    private readonly string _directory;
    private readonly int _everyBatches;
    private EventFile? _training;
    private EventFile? _validation;

    /// <summary>A log.</summary>
    /// <param name="directory">The run's; it is made.</param>
    /// <param name="everyBatches">
    /// After how many batches <c>batch_loss</c>, <c>gradient_norm</c> and <c>learning_rate</c> are
    /// written; 0: never.
    /// </param>
    public TensorBoardLog(string directory, int everyBatches = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentOutOfRangeException.ThrowIfNegative(everyBatches);
        (_directory, _everyBatches) = (directory, everyBatches);
    }

    /// <inheritdoc/>
    public override void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        long step = context.Optimizer.Steps;
        if (_everyBatches > 0 && context.Batch % _everyBatches == 0)
        {
            EventFile file = _training ??= Open("train");
            file.WriteScalar("batch_loss", step, context.BatchLoss);
            file.WriteScalar("gradient_norm", step, context.GradientNorm);
            file.WriteScalar("learning_rate", step, context.Optimizer.LearningRate);
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Write(_training ??= Open("train"), result.Epoch, result.Training);
        if (result.Validation is not null)
        {
            Write(_validation ??= Open("validation"), result.Epoch, result.Validation);
        }
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingContext context)
    {
        _training?.Dispose();
        _validation?.Dispose();
        (_training, _validation) = (null, null);
    }

    private static void Write(EventFile file, int epoch, Evaluation evaluation)
    {
        file.WriteScalar("epoch_loss", epoch, evaluation.Loss);
        foreach ((string name, double value) in evaluation.Metrics)
        {
            file.WriteScalar($"epoch_{name}", epoch, value);
        }

        file.Flush();
    }

    // TensorBoard reads files by the time in their names; the rest tells them apart.
    private EventFile Open(string part)
    {
        string directory = Path.Combine(_directory, part);
        Directory.CreateDirectory(directory);
        string name = $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000:0000000000}" +
            $".{Environment.MachineName}.{Environment.ProcessId}.{Interlocked.Increment(ref _files)}";
        return new EventFile(Path.Combine(directory, name));
    }
}
