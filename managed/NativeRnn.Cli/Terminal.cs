using Spectre.Console;

namespace NativeRnn.Cli;

/// <summary>Where the tool writes.</summary>
/// <param name="Output">Results and progress.</param>
/// <param name="Error">Complaints, one line each.</param>
/// <param name="IsInteractive">Whether a person watches: a moving progress bar is shown.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error, bool IsInteractive)
{
    public static Terminal OfThisProcess() => new(
        Console.Out,
        Console.Error,
        !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi);

    /// <summary>A writer that knows colours and cursor moves.</summary>
    public IAnsiConsole Ansi() => AnsiConsole.Create(
        new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Output) });

    /// <summary>Writes one line of complaint.</summary>
    public void Complain(string message) => Error.WriteLine($"nativernn: {OneLine(message)}");

    // ArgumentException appends the parameter's name, which means nothing to the tool's user.
    private static string OneLine(string message)
    {
        int parameter = message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return (parameter < 0 ? message : message[..parameter])
            .ReplaceLineEndings(" ").TrimEnd();
    }
}
