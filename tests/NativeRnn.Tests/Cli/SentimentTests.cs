using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NativeRnn.Cli;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Sentiment;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Cli;

/// <summary>`nativernn train sentiment`, `classify` and `evaluate sentiment`, from the data to the saved model.</summary>
public sealed partial class SentimentTests : IDisposable
{
    private static readonly string[] ReportNames =
    [
        "accuracy", "majority_accuracy", "val_accuracy", "seconds", "parameters", "examples_per_second", "seed", "device",
        "threads", "curve",
    ];

    private readonly TemporaryDirectory _directory = new();

    private string Model => _directory.File("model");

    private string Json => _directory.File("result.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void TrainSentiment_OnMadeSentences_LearnsMoreThanCountingLabels()
    {
        ProgramResult result = Train("--seed", "7");

        Assert.Contains("made by a small grammar", result.Output, StringComparison.Ordinal);
        Assert.Contains("classify --model", result.Output, StringComparison.Ordinal);
        Assert.Equal("PNG"u8.ToArray(), File.ReadAllBytes(Path.Combine(Model, "loss.png"))[1..4]);
        Assert.Equal("PNG"u8.ToArray(), File.ReadAllBytes(Path.Combine(Model, "confusion.png"))[1..4]);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(Json));
        JsonElement root = report.RootElement;
        Assert.Equal(ReportNames, root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(0.5, root.GetProperty("majority_accuracy").GetDouble());
        Assert.InRange(root.GetProperty("accuracy").GetDouble(), 0.9, 1);
        Assert.Equal(7, root.GetProperty("seed").GetInt64());
        Assert.True(root.GetProperty("examples_per_second").GetDouble() > 0);

        // The same sentences were held out, so that the figures agree.
        ProgramResult evaluation = Tool.Run("evaluate", "sentiment", "--model", Model, "--json", _directory.File("e.json"));
        Assert.True(evaluation.ExitCode == ExitCode.Done, evaluation.Error);
        Assert.Contains("300 sentences", evaluation.Output, StringComparison.Ordinal);
        Assert.Equal(root.GetProperty("accuracy").GetDouble(), Number(_directory.File("e.json"), "accuracy"));

        AssertClassifies();
    }

    [Fact]
    public void TrainSentiment_SameSeed_GivesTheSameBitsForAnyThreads()
    {
        string data = WriteData(60);

        double first = LastLoss("--data", data, "--seed", "3", "--threads", "1");
        double again = LastLoss("--data", data, "--seed", "3", "--threads", "2");
        double other = LastLoss("--data", data, "--seed", "4", "--threads", "1");

        Assert.Equal(BitConverter.DoubleToInt64Bits(first), BitConverter.DoubleToInt64Bits(again));
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void TrainSentiment_WithFolds_ReportsEachAndTheirMean()
    {
        string data = WriteData(60);

        Train("--data", data, "--folds", "3", "--epochs", "2");

        double[] folds = [.. Enumerable.Range(1, 3).Select(fold => Number(Json, $"accuracy_fold_{fold}"))];
        Assert.Equal(folds.Average(), Number(Json, "accuracy"), 1e-12);
        Assert.True(Number(Json, "accuracy_deviation") >= 0);

        // Of other sentences, all are taken.
        ProgramResult evaluation = Tool.Run("evaluate", "sentiment", "--model", Model, "--data", WriteData(30));
        Assert.True(evaluation.ExitCode == ExitCode.Done, evaluation.Error);
        Assert.Contains("60 sentences", evaluation.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not trained on", evaluation.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TrainSentiment_MaxSeconds_EndsAllFoldsInTime()
    {
        Train("--folds", "2", "--epochs", "100000", "--max-seconds", "1");

        Assert.InRange(Number(Json, "seconds"), 0.5, 20);
        Assert.True(File.Exists(Path.Combine(Model, "model.safetensors")));
    }

    [Fact]
    public void TrainSentiment_Interrupted_SavesWhatThereIs()
    {
        SentimentSettings settings = new()
        {
            Folds = 3,
            Epochs = 5,
            Embedding = 4,
            Hidden = 4,
            Run = new RunSettings(1, new DeviceOptions(), null, Model, null),
        };
        using StringWriter output = new();

        int code = SentimentTraining.Run(
            settings, new Terminal(output, TextWriter.Null, IsInteractive: false), new CancellationToken(canceled: true));

        Assert.Equal(ExitCode.Interrupted, code);
        Assert.DoesNotContain("Fold 2", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, Tool.Run("classify", "--model", Model, "the plot is dull").ExitCode);
    }

    [Fact]
    public void Folds_AreDisjoint_OfEqualLabels_AndTheSameForASeed()
    {
        Review[] reviews = MadeReviews.Create(400, seed: 2);
        Assert.Equal(400, reviews.Select(review => review.Text).Distinct().Count());

        ReviewSplit[] folds = [.. Enumerable.Range(0, 10).Select(fold => SentimentData.Split(reviews, 5, fold))];

        Assert.Equal(Texts(reviews), Texts(folds.SelectMany(fold => fold.Test)));
        Assert.All(folds, fold =>
        {
            Assert.Equal(Texts(reviews), Texts([.. fold.Training, .. fold.Validation, .. fold.Test]));
            Assert.Equal((324, 36, 40), (fold.Training.Length, fold.Validation.Length, fold.Test.Length));
            Assert.Equal((162, 18, 20), (Praising(fold.Training), Praising(fold.Validation), Praising(fold.Test)));
        });
        Assert.Equal(folds[3].Training, SentimentData.Split(reviews, 5, 3).Training);
        Assert.NotEqual(Texts(folds[3].Test), Texts(SentimentData.Split(reviews, 6, 3).Test));
    }

    [SkippableFact]
    public void TrainSentiment_OnRealReviews_LearnsMoreThanCountingLabels()
    {
        string data = NativeBuild.RepositoryFile("../shared/data/sentiment");
        Skip.IfNot(Directory.Exists(data), $"there are no sentences in {data}");

        Train("--data", data, "--epochs", "3", "--embedding", "50", "--hidden", "32", "--max-seconds", "20");

        Assert.True(Number(Json, "accuracy") > 0.65, $"accuracy {Number(Json, "accuracy")}");
    }

    [Theory]
    [InlineData("none", "is no directory")]
    [InlineData("pos only", "has 0 files *.neg, must have one")]
    [InlineData("few", "has 5 sentences in *.neg, 10 folds need 20")]
    [InlineData("empty", "has no sentences")]
    [InlineData("latin", "is not UTF-8 text")]
    public void TrainSentiment_OfWrongData_SaysWhatIsWrong(string what, string message)
    {
        string data = _directory.File("data");
        if (what != "none")
        {
            WriteData(what == "few" ? 5 : 30);
        }

        switch (what)
        {
            case "pos only":
                File.Delete(Path.Combine(data, "a.neg"));
                break;
            case "empty":
                File.WriteAllText(Path.Combine(data, "a.pos"), " \n");
                break;
            case "latin":
                File.WriteAllBytes(Path.Combine(data, "a.pos"), [(byte)'n', 0xE9, (byte)'\n']);
                break;
        }

        ProgramResult result = Tool.Run("train", "sentiment", "--data", data, "--out", Model);

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains("--data", result.Error, StringComparison.Ordinal);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(character => character == '\n'));
    }

    [Fact]
    public void WrongModelsAndSentences_AreNamed()
    {
        ProgramResult none = Tool.Run("classify", "--model", _directory.File("none"), "a film");
        Assert.Equal(ExitCode.BadUsage, none.ExitCode);
        Assert.Contains("does not exist", none.Error, StringComparison.Ordinal);

        ProgramResult folds = Tool.Run("train", "sentiment", "--folds", "11");
        Assert.Equal(ExitCode.BadUsage, folds.ExitCode);
        Assert.Contains("--folds must be a whole number from 1 to 10", folds.Error, StringComparison.Ordinal);

        Train("--data", WriteData(30), "--epochs", "1");
        ProgramResult empty = Tool.Run("classify", "--model", Model, " ");
        Assert.Equal(ExitCode.BadUsage, empty.ExitCode);
        Assert.Contains("no words", empty.Error, StringComparison.Ordinal);

        string task = Path.Combine(Model, "task.json");
        File.WriteAllText(task, File.ReadAllText(task).Replace("\"good\",", "", StringComparison.Ordinal));
        ProgramResult damaged = Tool.Run("classify", "--model", Model, "a film");
        Assert.Equal(ExitCode.BadUsage, damaged.ExitCode);
        Assert.Contains("does not fit the", damaged.Error, StringComparison.Ordinal);
    }

    private void AssertClassifies()
    {
        ProgramResult result = Tool.Run("classify", "--model", Model, "the plot isn't dull .", "the plot is dull .", "zzz");

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Match[] heads = HeadLine().Matches(result.Output).ToArray();
        Assert.Equal(["positive", "negative"], heads.Take(2).Select(head => head.Groups[1].Value));
        Assert.Equal("zzz", heads[2].Groups[3].Value.Trim());
        Assert.Contains("zzz ?", result.Output, StringComparison.Ordinal);

        // What n't contributes is the difference between a sentence with and without it.
        double with = Logit(heads[0]), without = Logit(heads[1]);
        double contribution = double.Parse(NegationLine().Match(result.Output).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(contribution, with - without - 0.011, with - without + 0.011);
    }

    private static string[] Texts(IEnumerable<Review> reviews) =>
        [.. reviews.Select(review => review.Text).Order(StringComparer.Ordinal)];

    private static int Praising(Review[] reviews) => reviews.Sum(review => review.Label);

    private static double Logit(Match head) => double.Parse(head.Groups[2].Value, CultureInfo.InvariantCulture);

    private ProgramResult Train(params string[] more)
    {
        ProgramResult result = Tool.Run(
            ["train", "sentiment", "--out", Model, "--json", Json, .. Sizes(more), .. more]);
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        return result;
    }

    // Small ones, unless the test says them.
    private static string[] Sizes(string[] given) =>
    [
        .. given.Contains("--embedding") ? [] : new[] { "--embedding", "32", "--hidden", "32" },
        .. given.Contains("--epochs") || !given.Contains("--data") ? [] : new[] { "--epochs", "2" },
    ];

    private double LastLoss(params string[] arguments)
    {
        Train(arguments);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(Json));
        return report.RootElement.GetProperty("curve").EnumerateArray().Last().GetProperty("val_loss").GetDouble();
    }

    private static double Number(string json, string name)
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        return report.RootElement.GetProperty(name).GetDouble();
    }

    private string WriteData(int count)
    {
        string data = _directory.File("data");
        Directory.CreateDirectory(data);
        File.WriteAllLines(Path.Combine(data, "a.pos"), Enumerable.Range(0, count).Select(n => $"a good film of part {n % 9}"));
        File.WriteAllLines(Path.Combine(data, "a.neg"), Enumerable.Range(0, count).Select(n => $"a bad film of part {n % 9}"));
        return data;
    }

    [GeneratedRegex(@"^(positive|negative), [0-9.]+ % \(logit ([-+0-9.]+)\): (.*)$", RegexOptions.Multiline)]
    private static partial Regex HeadLine();

    [GeneratedRegex(@"^n't +([-+0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex NegationLine();
}
