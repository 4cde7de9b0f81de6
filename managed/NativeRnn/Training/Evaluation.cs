namespace NativeRnn.Training;

/// <summary>The loss and the metrics of a model on some data.</summary>
/// <param name="Loss">The mean loss.</param>
/// <param name="Metrics">The metrics by name.</param>
public sealed record Evaluation(double Loss, IReadOnlyDictionary<string, double> Metrics);
