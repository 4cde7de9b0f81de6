using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NativeRnn.Tests.Training;

/// <summary>Runs the programs that the README shows.</summary>
public sealed partial class ExampleProgramTests
{
    [Fact]
    public void FirstProgram_GoesOnWithTheWave()
    {
        Match[] lines = WaveLine().Matches(Run("FirstProgram")).ToArray();

        Assert.Equal(5, lines.Length);
        Assert.All(lines, line => Assert.Equal(
            double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture),
            double.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture), tolerance: 0.02));
    }

    [Theory]
    [InlineData("KerasStyle")]
    [InlineData("PyTorchStyle")]
    public void Example_Trains(string name)
    {
        string output = Run(name);

        double[] losses = [.. EpochLine().Matches(output).Select(
            match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(10, losses.Length);
        Assert.True(losses[^1] < 0.75 * losses[0], output);
    }

    [Fact]
    public void Streaming_ServesEverySession()
    {
        Match line = EndLine().Match(Run("Streaming"));

        // Both had the same inputs, on different threads maybe.
        Assert.True(line.Success);
        Assert.Equal(line.Groups[1].Value, line.Groups[2].Value);
        Assert.NotEqual("0.000", line.Groups[1].Value);
    }

    [Fact]
    public void Forecast_BeatsTheLastValue()
    {
        string output = Run("Forecast");

        Match line = ErrorLine().Match(output);
        Assert.True(line.Success, output);
        double error = double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(error < 0.3 * double.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture), output);
    }

    [Fact]
    public void Sentiment_LearnsWhatNegationsMean()
    {
        string output = Run("Sentiment");

        Match line = AccuracyLine().Match(output);
        Assert.True(line.Success, output);
        Assert.True(double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture) > 0.9, output);
        Assert.Contains("positive: the plot isn't dull", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Translation_LearnsTheMadeLanguage()
    {
        string output = Run("Translation");

        Match line = BleuLine().Match(output);
        Assert.True(line.Success, output);
        Assert.True(double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture) > 80, output);
    }

    [Fact]
    public void Speech_LearnsWhatIsSaidAndWhen()
    {
        string output = Run("Speech");

        Match line = WordErrorLine().Match(output);
        Assert.True(line.Success, output);
        Assert.True(double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture) < 0.2, output);
        Assert.Matches(@"(?m)^\d at [0-9.]+ to [0-9.]+ s, probability [0-9.]+", output);
    }

    [Fact]
    public void TextGeneration_LearnsToCount()
    {
        string output = Run("TextGeneration");

        double[] losses = [.. ValidationLine().Matches(output).Select(
            match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(10, losses.Length);
        Assert.True(losses[^1] < 0.35 * losses[0], output);
        Assert.Contains("seventy eight, seventy nine, eighty, eighty one, eighty two,", output, StringComparison.Ordinal);
    }

    // The tests' project references the examples, so that they lie beside the tests.
    private static string Run(string name)
    {
        string program = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + errors.Result);
        return output;
    }

    [GeneratedRegex(@"^after +-?[0-9.]+ comes +(-?[0-9.]+), predicted +(-?[0-9.]+)$", RegexOptions.Multiline)]
    private static partial Regex WaveLine();

    [GeneratedRegex(@"validation ([0-9.]+) nats a character")]
    private static partial Regex ValidationLine();

    [GeneratedRegex(@"^epoch \d+: loss ([0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex EpochLine();

    [GeneratedRegex(@"^session 3 ended at (-?[0-9.]+), session 19 at (-?[0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex EndLine();

    [GeneratedRegex(@"^test: \d+ sentences, BLEU ([0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex BleuLine();

    [GeneratedRegex(@"^test: mean absolute error ([0-9.]+), of the last value ([0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex ErrorLine();

    [GeneratedRegex(@"^test: \d+ sentences, accuracy ([0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex AccuracyLine();

    [GeneratedRegex(@"^test: \d+ strings, word error rate ([0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex WordErrorLine();
}
