namespace NativeRnn.Training;

/// <summary>The numbers of an epoch's results, under Keras' names.</summary>
internal static class EpochValues
{
    internal static IEnumerable<(string Name, double Value)> Of(EpochResult result) =>
        Of(result.Training, string.Empty).Concat(
            result.Validation is null ? [] : Of(result.Validation, "val_"));

    private static IEnumerable<(string Name, double Value)> Of(Evaluation evaluation, string prefix) =>
        evaluation.Metrics.Select(metric => (prefix + metric.Key, metric.Value))
            .Prepend((prefix + "loss", evaluation.Loss));
}
