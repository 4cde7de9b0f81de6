/// <summary>What a load found.</summary>
/// <param name="Requests">That were answered well.</param>
/// <param name="Failures">That were not.</param>
/// <param name="PerSecond">Good answers a second, of all connections.</param>
/// <param name="P50">Half of the answers took at most so many milliseconds.</param>
/// <param name="P99">99 of 100 took at most so many.</param>
/// <param name="Problem">Of a failure; null: there is none.</param>
internal sealed record LoadResult(int Requests, int Failures, double PerSecond, double P50, double P99, string? Problem)
{
    public static LoadResult Of(IEnumerable<double> milliseconds, int failures, string? problem, TimeSpan time)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new LoadResult(
            sorted.Length, failures, sorted.Length / time.TotalSeconds, At(sorted, 0.5), At(sorted, 0.99), problem);
    }

    public override string ToString() =>
        $"{Requests} requests, {PerSecond:F0} a second; p50 {P50:F2} ms, p99 {P99:F2} ms; {Failures} failures"
        + (Problem is null ? "" : $", such as: {Problem}");

    // The least value that the part of all does not exceed.
    private static double At(double[] sorted, double part) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)];
}
