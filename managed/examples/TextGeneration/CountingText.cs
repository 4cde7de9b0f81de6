using System.Text;

/// <summary>A text that is made, for a first try without a file: counting in words.</summary>
internal static class CountingText
{
    private const int Numbers = 100;
    private const int LineLength = 8;

    private static readonly string[] Small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] Tens =
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    /// <summary>Lines which count on from some number: "twenty eight, twenty nine, thirty, ...".</summary>
    public static string Create(int lines, int seed)
    {
        Random random = new(seed);
        StringBuilder text = new();
        for (int line = 0; line < lines; line++)
        {
            int first = random.Next(Numbers - LineLength);
            text.AppendJoin(", ", Enumerable.Range(first, LineLength).Select(InWords)).Append('\n');
        }

        return text.ToString();
    }

    private static string InWords(int number) => number switch
    {
        < 20 => Small[number],
        _ when number % 10 == 0 => Tens[(number / 10) - 2],
        _ => $"{Tens[(number / 10) - 2]} {Small[number % 10]}",
    };
}
