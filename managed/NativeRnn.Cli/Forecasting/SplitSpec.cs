using System.Globalization;
using NativeRnn.Data;

namespace NativeRnn.Cli.Forecasting;

/// <summary>What --split says: how much of a series is for training, for validation and for testing.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="Unit">m, d, h or %.</param>
/// <param name="Amounts">Two or three; the third is 0 if it was not given.</param>
internal sealed record SplitSpec(string Text, char Unit, double[] Amounts)
{
    // As in the code of Zhou 2021 (Informer), from which the splits of its data sets are known.
    private const int DaysOfMonth = 30;
    private const double Percent = 100;

    /// <summary>Reads a split; null: it is none.</summary>
    public static SplitSpec? TryParse(string text)
    {
        string[] words = text.Split(',', StringSplitOptions.TrimEntries);
        char unit = text.Length > 0 ? text[^1] : ' ';
        double[] amounts = [.. words.Select(word => word.EndsWith(unit)
            && double.TryParse(word.AsSpan(0, word.Length - 1), CultureInfo.InvariantCulture, out double amount)
            && amount >= 0 && double.IsFinite(amount) ? amount : double.NaN)];
        bool isRight = unit is 'm' or 'd' or 'h' or '%' && words.Length is 2 or 3
            && amounts.All(double.IsFinite) && amounts[0] > 0
            && (unit != '%' || amounts.Sum() <= Percent + 1e-9);
        return isRight ? new SplitSpec(text, unit, [.. amounts, .. new double[3 - amounts.Length]]) : null;
    }

    /// <summary>Splits a series.</summary>
    /// <exception cref="UserErrorException">It has no times, and the split is by time.</exception>
    public SeriesSplit Of(SeriesPart part)
    {
        if (Unit == '%')
        {
            return SeriesSplit.ByShare(
                part.Values.Length, Amounts[0] / Percent, Amounts[1] / Percent, Amounts[2] / Percent);
        }

        DateTime[] times = part.Times ?? throw new UserErrorException(
            $"--split {Text} is by time, and --data has no column of dates; give shares, such as 80%,10%,10%");
        return SeriesSplit.ByTime(
            times[..part.Values.Length], SpanOf(Amounts[0]), SpanOf(Amounts[1]), SpanOf(Amounts[2]));
    }

    private TimeSpan SpanOf(double amount) => Unit switch
    {
        'm' => TimeSpan.FromDays(amount * DaysOfMonth),
        'd' => TimeSpan.FromDays(amount),
        _ => TimeSpan.FromHours(amount),
    };
}
