using System.CommandLine;
using System.Globalization;

namespace NativeRnn.Cli.Commands;

/// <summary>
/// Options of words, or of several values with commas between them; a wrong one is refused with a line that says which
/// option it is, what it may be and what it was.
/// </summary>
internal static class ParsedOption
{
    /// <summary>Names; none if it is left out.</summary>
    public static Option<string[]> Names(string name, string description, string help) =>
        Make(name, description, help, [], text => text.Split(',').All(word => word.Length > 0)
            ? text.Split(',')
            : null, "names with commas between them");

    /// <summary>Numbers that ascend between 0 and 1; none if it is left out.</summary>
    public static Option<float[]> Quantiles(string name, string description) =>
        Make(name, description, "0.1,0.5,0.9", [], ParseQuantiles, "numbers above 0 and below 1 that ascend");

    /// <summary>Words, each of which is one of some choices; none if it is left out and has no standard.</summary>
    public static Option<string?> Choices(
        string name, string description, IEnumerable<string> choices, string? standard) =>
        Make(
            name, description, string.Join('|', choices), standard,
            text => text.Split(',').All(choices.Contains) ? text : null,
            $"{Listed(choices)}, or several of them with commas");

    /// <summary>One of some words.</summary>
    public static Option<string> Choice(
        string name, string description, IEnumerable<string> choices, string standard) =>
        Make(
            name, description, string.Join('|', choices), standard, text => choices.Contains(text) ? text : null,
            Listed(choices));

    /// <summary>What a text is parsed to; null: the option's text is wrong.</summary>
    public static Option<T> Parsed<T>(string name, string description, string help, Func<string, T?> parse, string wanted)
        where T : class => Make(name, description, help, null!, parse, wanted);

    private static Option<T> Make<T>(
        string name, string description, string help, T standard, Func<string, T?> parse, string wanted)
        where T : class? => new(name)
        {
            Description = description,
            HelpName = help,
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (parse(text) is { } value)
                {
                    return value;
                }

                result.AddError($"{name} must be {wanted}, not '{text}'");
                return standard;
            },
        };

    private static float[]? ParseQuantiles(string text)
    {
        float[] numbers = [.. text.Split(',').Select(word =>
            float.TryParse(word, CultureInfo.InvariantCulture, out float number) ? number : float.NaN)];
        bool isRight = numbers.All(number => number is > 0 and < 1)
            && numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second);
        return isRight ? numbers : null;
    }

    private static string Listed(IEnumerable<string> words)
    {
        string[] all = [.. words];
        return $"{string.Join(", ", all[..^1])} or {all[^1]}";
    }
}
