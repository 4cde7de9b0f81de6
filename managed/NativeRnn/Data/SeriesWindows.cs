namespace NativeRnn.Data;

/// <summary>Cuts a series of numbers into windows: what a forecast sees, and what it should say.</summary>
public static class SeriesWindows
{
    /// <summary>Windows that each begin one step after the one before.</summary>
    /// <param name="series">At least <paramref name="lags"/> + <paramref name="horizon"/> numbers.</param>
    /// <param name="lags">Steps that a forecast sees, T, at least 1.</param>
    /// <param name="horizon">Steps that it foretells, at least 1.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <returns>
    /// Inputs [N,T,1] and the steps that follow each, [N,<paramref name="horizon"/>], with N the length less
    /// <paramref name="lags"/> + <paramref name="horizon"/> - 1.
    /// </returns>
    /// <exception cref="ArgumentException">The series is too short for one window.</exception>
    public static (Tensor Inputs, Tensor Targets) Make(
        ReadOnlySpan<float> series, int lags, int horizon = 1, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lags, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        if ((long)lags + horizon > series.Length)
        {
            throw new ArgumentException(
                $"a series of {series.Length} steps is too short for {lags} lags and {horizon} to foretell",
                nameof(series));
        }

        int count = series.Length - lags - horizon + 1;
        float[] inputs = new float[checked(count * lags)];
        float[] targets = new float[checked(count * horizon)];
        for (int window = 0; window < count; window++)
        {
            series.Slice(window, lags).CopyTo(inputs.AsSpan(window * lags));
            series.Slice(window + lags, horizon).CopyTo(targets.AsSpan(window * horizon));
        }

        return (Tensor.From(inputs, [count, lags, 1], device), Tensor.From(targets, [count, horizon], device));
    }
}
