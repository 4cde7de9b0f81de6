namespace NativeRnn.Data;

/// <summary>
/// Rows of a series to train on, to validate on and to test on, in the order of time: nothing of the future is learnt
/// from.
/// </summary>
/// <param name="Training">The first rows.</param>
/// <param name="Validation">Those that follow; it may be empty.</param>
/// <param name="Test">Those that follow these; it may be empty.</param>
public sealed record SeriesSplit(Range Training, Range Validation, Range Test)
{
    /// <summary>Splits by shares of the rows.</summary>
    /// <param name="rows">Of the series.</param>
    /// <param name="training">Above 0.</param>
    /// <param name="validation">At least 0.</param>
    /// <param name="test">At least 0; the three add up to 1 at most, and rows beyond them are left out.</param>
    public static SeriesSplit ByShare(int rows, double training, double validation, double test)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        Require(training > 0 && training <= 1, training, nameof(training), "above 0, at most 1");
        Require(validation is >= 0 and < 1, validation, nameof(validation), "in [0, 1)");
        Require(test is >= 0 and < 1, test, nameof(test), "in [0, 1)");
        const double Rounding = 1e-9;
        double sum = training + validation + test;
        Require(sum <= 1 + Rounding, test, nameof(test), "so that the shares add up to 1 at most");
        return Of(RowAt(training), RowAt(training + validation), RowAt(sum));

        int RowAt(double share) => Math.Min(rows, (int)Math.Floor((share + Rounding) * rows));
    }

    /// <summary>Splits by time.</summary>
    /// <param name="times">Of the rows, ascending.</param>
    /// <param name="training">From the first time, above 0.</param>
    /// <param name="validation">From there, at least 0.</param>
    /// <param name="test">From there, at least 0; later rows are left out.</param>
    public static SeriesSplit ByTime(
        IReadOnlyList<DateTime> times, TimeSpan training, TimeSpan validation, TimeSpan test)
    {
        ArgumentNullException.ThrowIfNull(times);
        if (times.Count == 0 || times.Zip(times.Skip(1)).Any(pair => pair.Second < pair.First))
        {
            throw new ArgumentException("times must ascend, and there must be one", nameof(times));
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(training, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(validation, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(test, TimeSpan.Zero);
        return Of(RowAt(training), RowAt(training + validation), RowAt(training + validation + test));

        int RowAt(TimeSpan after) => times.TakeWhile(time => time - times[0] < after).Count();
    }

    /// <summary>
    /// Splits for walk-forward evaluation: the rows to test on are cut into parts, and before each part the model is to be
    /// trained anew, on all rows before it but for the last, which it is validated on: as many as here.
    /// </summary>
    /// <param name="folds">Parts, at least 1 and at most as many as rows to test on.</param>
    /// <returns>From the first part to the last; their sizes differ by one row at most.</returns>
    public IReadOnlyList<SeriesSplit> WalkForward(int folds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 1);
        int first = Test.Start.Value;
        int rows = Test.End.Value - first;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(folds, Math.Max(1, rows));
        int validation = Validation.End.Value - Validation.Start.Value;
        return [.. Enumerable.Range(0, folds).Select(fold =>
        {
            int start = At(fold);
            return new SeriesSplit(
                Training.Start..(start - validation), (start - validation)..start, start..At(fold + 1));
        })];

        int At(int fold) => first + (int)((long)rows * fold / folds);
    }

    private static SeriesSplit Of(int validation, int test, int end) =>
        new(..validation, validation..test, test..end);

    private static void Require(bool isRight, double value, string name, string wanted)
    {
        if (!isRight)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {wanted}");
        }
    }
}
