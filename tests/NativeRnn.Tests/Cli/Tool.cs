using NativeRnn.Cli;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Cli;

/// <summary>Runs the tool inside the test's process.</summary>
internal static class Tool
{
    public static ProgramResult Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = CommandLine.Run(arguments, new Terminal(output, error, IsInteractive: false));
        return new ProgramResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Trains a model that takes about a second.</summary>
    /// <param name="text">The text's file.</param>
    /// <param name="model">The model's directory.</param>
    /// <param name="more">Further arguments; a repeated one is an error.</param>
    public static ProgramResult TrainSmall(string text, string model, params string[] more) => Run(
    [
        "train", "text", "--data", text, "--out", model, "--layers", "1", "--hidden", "24",
        "--embedding", "8", "--sequence", "25", "--batch", "8", "--epochs", "2", .. more,
    ]);

    /// <summary>A text of made-up sentences, always the same.</summary>
    public static string SmallText(int sentences = 200)
    {
        string[] words = ["the", "cell", "keeps", "a", "state", "and", "gates", "open"];
        uint number = 1;
        string Word() => words[((number = (number * 1664525) + 1013904223) >> 16) % 8];
        return string.Concat(Enumerable.Range(0, sentences)
            .Select(_ => $"{Word()} {Word()} {Word()} {Word()}.\n"));
    }
}
