namespace Benchmarks;

/// <summary>Rows as lines for people.</summary>
internal static class RowText
{
    /// <summary>
    /// <c>LSTM T64 B64 H256 train ours=… ms torchsharp=… ms ratio=… peak=…%</c>; what was not
    /// measured is left out.
    /// </summary>
    public static string Line(Row row) => row.Agrees
        ? $"{row.Case.Name}{Time("ours", row.OursMs)}{Time("torchsharp", row.TorchSharpMs)}" +
            $"{Time("ort", row.OrtMs)}{Part(" ratio=", row.Ratio, "F2")}" +
            $"{Part(" peak=", row.PeakPercent, "F0", "%")}{Part(" apart=", row.Difference, "0.0e+0")}" +
            Characters(row)
        : $"{row.Case.Name} NOT TIMED, the results differ: {row.Agreement}";

    /// <summary>Three digits that count, whatever the size; nothing for null.</summary>
    public static string Number(double? value) => value switch
    {
        null => "",
        >= 100 => $"{value:F0}",
        >= 10 => $"{value:F1}",
        >= 1 => $"{value:F2}",
        >= 0.1 => $"{value:F3}",
        >= 0.01 => $"{value:F4}",
        _ => $"{value:F5}",
    };

    private static string Time(string name, double? milliseconds) =>
        milliseconds is null ? "" : $" {name}={Number(milliseconds)} ms";

    private static string Part(string name, double? value, string format, string unit = "") =>
        value is double number ? name + number.ToString(format) + unit : "";

    private static string Characters(Row row) => row.Case.Mode != Mode.Text
        ? ""
        : $" ({row.CharactersPerSecond(row.OursMs):N0} characters/s" +
            $"{Part(", torchsharp ", row.CharactersPerSecond(row.TorchSharpMs), "N0")})";
}
