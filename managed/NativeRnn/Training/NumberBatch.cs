using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>A batch of predicted numbers on the host, with the numbers that they should be.</summary>
internal sealed class NumberBatch
{
    private readonly MetricWeights _weights = new();
    private float[] _predictions = [];
    private float[] _targets = [];

    internal int Length { get; private set; }

    /// <param name="predictions">Any shape.</param>
    /// <param name="targets">Floats of the same shape; one of the two may have a last axis of 1 more.</param>
    /// <param name="weights">Of the first axes; null: each is 1.</param>
    internal void Read(Tensor predictions, Tensor targets, Tensor? weights)
    {
        Sizes.RequireFloats(predictions, nameof(predictions));
        Sizes.RequireFloats(targets, nameof(targets));
        if (!WithoutColumn(predictions.Shape).SequenceEqual(WithoutColumn(targets.Shape)))
        {
            throw new ArgumentException(
                $"targets has the shape {Sizes.Text(targets.Shape)}, needs " +
                $"{Sizes.Text(predictions.Shape)}", nameof(targets));
        }

        _weights.Read(weights, predictions.Shape);
        Length = HostCopy.Of(predictions, ref _predictions).Length;
        HostCopy.Of(targets, ref _targets);
    }

    internal double Prediction(int index) => _predictions[index];

    internal double Target(int index) => _targets[index];

    internal double Weight(int index) => _weights[index];

    private static ReadOnlySpan<int> WithoutColumn(ReadOnlySpan<int> shape) =>
        shape.Length > 1 && shape[^1] == 1 ? shape[..^1] : shape;
}
