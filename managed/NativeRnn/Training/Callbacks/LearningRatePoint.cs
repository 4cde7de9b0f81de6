namespace NativeRnn.Training;

/// <summary>A point of the curve of <see cref="LearningRateFinder"/>.</summary>
/// <param name="LearningRate">Of a batch.</param>
/// <param name="Loss">The batch's loss, smoothed with those before.</param>
public readonly record struct LearningRatePoint(float LearningRate, double Loss);
