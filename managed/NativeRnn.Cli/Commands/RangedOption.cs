using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace NativeRnn.Cli.Commands;

/// <summary>
/// Options that hold a number within limits; a wrong one is refused with a line that says which
/// option it is, what it may be and what it was.
/// </summary>
internal static class RangedOption
{
    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public static Option<T> Create<T>(string name, string description, T standard, T low, T high)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = KindOf<T>(),
            DefaultValueFactory = _ => standard,
            CustomParser = result => Parse(name, result, low, high) ?? standard,
        };

    /// <summary>The same, where leaving it out means something else than any number.</summary>
    public static Option<T?> CreateOptional<T>(string name, string description, T low, T high)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = KindOf<T>(),
            CustomParser = result => Parse(name, result, low, high),
        };

    private static T? Parse<T>(string name, ArgumentResult result, T low, T high)
        where T : struct, INumber<T>
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (T.TryParse(text, CultureInfo.InvariantCulture, out T value)
            && value >= low && value <= high)
        {
            return value;
        }

        string kind = KindOf<T>() == "N" ? "a whole number" : "a number";
        result.AddError(string.Create(
            CultureInfo.InvariantCulture,
            $"{name} must be {kind} from {low} to {high}, not '{text}'"));
        return null;
    }

    private static string KindOf<T>()
        where T : INumber<T> => T.IsInteger(T.One / (T.One + T.One)) ? "N" : "X";
}
