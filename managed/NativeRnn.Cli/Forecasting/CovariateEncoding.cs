using System.Globalization;
using NativeRnn.Data;

namespace NativeRnn.Cli.Forecasting;

/// <summary>How a column beside the target becomes numbers for the network.</summary>
/// <param name="Name">Of the column.</param>
/// <param name="IsKnownAhead">Whether it is known of the future, too.</param>
/// <param name="Mean">Of numbers; becomes 0.</param>
/// <param name="Deviation">Of numbers; becomes 1.</param>
/// <param name="Kinds">Of words: those that were trained on, each a column of 0 and 1; none: it holds numbers.</param>
internal sealed record CovariateEncoding(
    string Name, bool IsKnownAhead, double Mean, double Deviation, IReadOnlyList<string> Kinds)
{
    /// <summary>More kinds than that are no kinds, but texts or numbers with a mistake.</summary>
    private const int MostKinds = 64;

    /// <summary>Learns it from the fields that are trained on.</summary>
    /// <exception cref="UserErrorException">They are neither numbers nor words of a few kinds.</exception>
    public static CovariateEncoding Fit(string name, bool isKnownAhead, IReadOnlyList<string> fields)
    {
        if (fields.All(field => TryNumber(field, out _)))
        {
            StandardScaler scaler = StandardScaler.Fit([.. fields.Select(Number)]);
            return new CovariateEncoding(name, isKnownAhead, scaler.Mean, scaler.Deviation, []);
        }

        string[] kinds = [.. fields.Distinct().Order(StringComparer.Ordinal)];
        return kinds.Length <= MostKinds
            ? new CovariateEncoding(name, isKnownAhead, 0, 1, kinds)
            : throw new UserErrorException(
                $"{OptionOf(isKnownAhead)}: column '{name}' has {kinds.Length} different words; it must hold numbers, or " +
                $"words of at most {MostKinds} kinds");
    }

    /// <summary>The columns of fields.</summary>
    /// <exception cref="UserErrorException">A field is no number.</exception>
    public IEnumerable<float[]> Encode(IReadOnlyList<string> fields)
    {
        if (Kinds.Count > 0)
        {
            return Kinds.Select(kind => fields.Select(field => field == kind ? 1f : 0).ToArray());
        }

        if (fields.FirstOrDefault(field => !TryNumber(field, out _)) is { } wrong)
        {
            throw new UserErrorException(
                $"--data: '{wrong}' in column '{Name}' is no finite number, which it was when the model was trained");
        }

        return [new StandardScaler(Mean, Deviation).Transform([.. fields.Select(Number)])];
    }

    private static double Number(string field) => TryNumber(field, out double number) ? number : double.NaN;

    private static bool TryNumber(string field, out double number) =>
        double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static string OptionOf(bool isKnownAhead) => isKnownAhead ? "--known" : "--covariates";
}
