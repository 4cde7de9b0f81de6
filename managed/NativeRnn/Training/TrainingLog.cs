using Microsoft.Extensions.Logging;

namespace NativeRnn.Training;

/// <summary>The log lines of training.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Information,
        Message = "Epoch {Epoch} of {Epochs}: loss {Loss}, validation loss {ValidationLoss}, " +
            "{Seconds} s")]
    internal static partial void Epoch(
        this ILogger logger,
        int epoch,
        int epochs,
        double loss,
        double? validationLoss,
        double seconds);

    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Information,
        Message = "Training ended ({Outcome}) after {Epochs} epochs; kept the weights of epoch " +
            "{BestEpoch}, validation loss {ValidationLoss}")]
    internal static partial void Ended(
        this ILogger logger,
        TrainingOutcome outcome,
        int epochs,
        int bestEpoch,
        double? validationLoss);

    [LoggerMessage(
        EventId = 3,
        Level = LogLevel.Warning,
        Message = "Skipped batch {Batch} of epoch {Epoch}: {Problem}")]
    internal static partial void Skipped(
        this ILogger logger, int epoch, int batch, string problem);
}
