namespace NativeRnn.Data;

/// <summary>How <see cref="ForecastWindows"/> are cut.</summary>
/// <param name="Lags">
/// Steps that a forecast sees, T, at least 1; with <see cref="WindowNormalization.LastValueAndStep"/> at least 2.
/// </param>
/// <param name="Horizon">Steps that it foretells, H, at least 1.</param>
/// <param name="Normalization">What its numbers are measured from.</param>
public sealed record ForecastWindowOptions(
    int Lags, int Horizon = 1, WindowNormalization Normalization = WindowNormalization.LastValue)
{
    /// <summary>
    /// The rows at which a forecast may begin, so that all that it foretells lies within some rows; what it sees may lie
    /// before them.
    /// </summary>
    /// <param name="rows">Of a <see cref="SeriesSplit"/>; not from the end.</param>
    /// <param name="first">The first row of the series; another one where a table holds several.</param>
    /// <returns>From the first to the last; none if the rows are too few.</returns>
    public IReadOnlyList<int> Origins(Range rows, int first = 0)
    {
        Check();
        if (rows.Start.IsFromEnd || rows.End.IsFromEnd)
        {
            throw new ArgumentException($"rows are {rows}, must be counted from the start", nameof(rows));
        }

        int start = Math.Max(rows.Start.Value, first + Lags);
        return [.. Enumerable.Range(start, Math.Max(0, rows.End.Value - Horizon + 1 - start))];
    }

    internal int WidthOf(SeriesColumns columns) => 1 + columns.Covariates.Count + columns.KnownAhead.Count
        + (Normalization == WindowNormalization.LastValueAndStep ? 1 : 0);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(
            Lags, Normalization == WindowNormalization.LastValueAndStep ? 2 : 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Horizon, 1);
        if (!Enum.IsDefined(Normalization))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Normalization), Normalization, "Normalization must be a value of its enumeration");
        }
    }
}
