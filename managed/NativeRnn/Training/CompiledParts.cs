namespace NativeRnn.Training;

/// <summary>What <see cref="Sequential.Compile"/> was given.</summary>
internal readonly record struct CompiledParts(Loss Loss, Optimizer Optimizer, Metric[] Metrics);
