using System.Text;

namespace NativeRnn.Tests.Native;

/// <summary>
/// Reads what a GoogleTest program prints, line by line. Kept instead of GoogleTest's own JSON
/// because a program that dies writes no JSON.
/// </summary>
internal sealed class GoogleTestLog
{
    private const string Start = "[ RUN      ] ";

    private static readonly (string Mark, GoogleTestVerdict Verdict)[] Ends =
    [
        ("[       OK ] ", GoogleTestVerdict.Passed),
        ("[  FAILED  ] ", GoogleTestVerdict.Failed),
        ("[  SKIPPED ] ", GoogleTestVerdict.Skipped),
    ];

    private readonly Dictionary<string, GoogleTestOutcome> _outcomes = [];
    private readonly StringBuilder _output = new();

    /// <summary>The cases that ended.</summary>
    public IReadOnlyDictionary<string, GoogleTestOutcome> Outcomes => _outcomes;

    /// <summary>The case that is running, if one is.</summary>
    public string? Running { get; private set; }

    /// <summary>What the running case has printed.</summary>
    public string Output => _output.ToString().Trim();

    /// <summary>Takes a line of the program's output.</summary>
    public void Read(string line)
    {
        if (line.StartsWith(Start, StringComparison.Ordinal))
        {
            Running = line[Start.Length..].Trim();
            _output.Clear();
        }
        else if (Running is not null && !TryEnd(line, Running))
        {
            _output.AppendLine(line);
        }
    }

    // The mark can follow output that lacks its line's end.
    private bool TryEnd(string line, string name)
    {
        foreach ((string mark, GoogleTestVerdict verdict) in Ends)
        {
            int at = line.IndexOf(mark + name, StringComparison.Ordinal);
            if (at >= 0)
            {
                _output.Append(line[..at]);
                _outcomes[name] = new GoogleTestOutcome(verdict, Output);
                Running = null;
                return true;
            }
        }

        return false;
    }
}
