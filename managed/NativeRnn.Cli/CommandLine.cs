using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using NativeRnn.Cli.Commands;
using NativeRnn.Formats;

namespace NativeRnn.Cli;

/// <summary>The tool as a function: parses the arguments, runs the command, names what failed.</summary>
internal static class CommandLine
{
    private const string Name = "nativernn";

    /// <summary>How a user starts this tool again: as an installed tool, or from the sources.</summary>
    public static string Invocation =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == Name
            ? Name
            : "dotnet run -c Release --project managed/NativeRnn.Cli --";

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(string[] arguments, Terminal terminal)
    {
        ParseResult parsed = Root(terminal).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            terminal.Complain($"{Describe(parsed)} (see {CommandPath(parsed)} --help)");
            return ExitCode.BadUsage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (UserErrorException error)
        {
            terminal.Complain(error.Message);
            return ExitCode.BadUsage;
        }
        catch (Exception error) when (IsExpected(error))
        {
            terminal.Complain(error.Message);
            return ExitCode.Failed;
        }
    }

    // No RootCommand: that one takes its name from the executable file's.
    private static Command Root(Terminal terminal)
    {
        var train = new Command("train", "Train a model.")
        {
            TrainTextCommand.Create(terminal),
            TrainForecastCommand.Create(terminal),
            TrainSentimentCommand.Create(terminal),
            TrainTranslationCommand.Create(terminal),
            TrainSpeechCommand.Create(terminal),
        };
        var evaluate = new Command("evaluate", "Measure a model.")
        {
            EvaluateTextCommand.Create(terminal),
            EvaluateForecastCommand.Create(terminal),
            EvaluateSentimentCommand.Create(terminal),
            EvaluateTranslationCommand.Create(terminal),
            EvaluateSpeechCommand.Create(terminal),
        };
        return new Command(Name, "Recurrent networks on the command line.")
        {
            new HelpOption(),
            new VersionOption(),
            train,
            evaluate,
            GenerateCommand.Create(terminal),
            ForecastCommand.Create(terminal),
            ClassifyCommand.Create(terminal),
            TranslateCommand.Create(terminal),
            TranscribeCommand.Create(terminal),
            InspectCommand.Create(terminal),
            ConvertCommand.Create(terminal),
            InfoCommand.Create(terminal),
        };
    }

    // A word that is no option says more than what follows from it.
    private static string Describe(ParseResult parsed)
    {
        IReadOnlyList<string> words = parsed.UnmatchedTokens;
        return words.Count > 0
            ? $"'{words[0]}' is no command or option"
            : parsed.Errors[0].Message.TrimEnd('.');
    }

    private static string CommandPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult command; at = at.Parent)
        {
            names.Push(command.Command.Name);
        }

        return string.Join(' ', names);
    }

    // What can fail on a sound machine with sound arguments; all else is a bug and shows its stack.
    private static bool IsExpected(Exception error) => error
        is NativeRnnException or OutOfMemoryException or IOException or ModelFormatException
        or UnauthorizedAccessException or DllNotFoundException or NotSupportedException;
}
