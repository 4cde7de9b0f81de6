namespace NativeRnn.Training;

/// <summary>The weights of a batch on the host; each 1 without any.</summary>
internal sealed class MetricWeights
{
    private float[] _weights = [];
    private int _repeats;

    /// <summary>The weight of an element of what is weighed.</summary>
    internal double this[int index] => _repeats == 0 ? 1 : _weights[index / _repeats];

    /// <param name="weights">Of the first axes; null: each is 1.</param>
    /// <param name="shape">Of what is weighed.</param>
    internal void Read(Tensor? weights, ReadOnlySpan<int> shape)
    {
        _repeats = 0;
        if (weights is not null)
        {
            int repeats = SampleWeights.Repeats(weights, shape, nameof(weights));
            SampleWeights.RequireFrom(0, HostCopy.Of(weights, ref _weights), nameof(weights));
            _repeats = repeats;
        }
    }
}
