namespace NativeRnn.Data;

/// <summary>A series, and what goes with it; one number for each row, scaled.</summary>
/// <param name="Series">What is forecast.</param>
public sealed record SeriesColumns(IReadOnlyList<float> Series)
{
    /// <summary>Columns that are known up to the present, such as measurements; as long as the series.</summary>
    public IReadOnlyList<IReadOnlyList<float>> Covariates { get; init; } = [];

    /// <summary>
    /// Columns that are known of the future, too, such as the calendar, holidays or prices that are set: as long as the
    /// series, or longer where the future is to be foretold.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<float>> KnownAhead { get; init; } = [];
}
