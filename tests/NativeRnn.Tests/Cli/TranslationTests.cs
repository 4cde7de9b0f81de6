using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using NativeRnn.Cli;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Translation;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Cli;

/// <summary>`nativernn train translation`, `translate` and `evaluate translation`, from the data to the saved model.</summary>
public sealed class TranslationTests : IDisposable
{
    private static readonly string[] ReportNames =
    [
        "bleu", "copy_bleu", "length_ratio", "val_bleu", "val_loss", "tokens_per_second", "seconds", "parameters",
        "examples_per_second", "seed", "device", "threads", "curve",
    ];

    private readonly TemporaryDirectory _directory = new();

    private string Model => _directory.File("model");

    private string Json => _directory.File("result.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void TrainTranslation_OnMadeSentences_LearnsMoreThanCopying()
    {
        ProgramResult result = Train("--epochs", "9", "--seed", "7");

        Assert.Contains("made by a small grammar", result.Output, StringComparison.Ordinal);
        Assert.Contains("translate --model", result.Output, StringComparison.Ordinal);
        AssertIsPicture(Path.Combine(Model, "loss.png"));
        AssertIsPicture(Path.Combine(Model, "attention.png"));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(Json));
        JsonElement root = report.RootElement;
        Assert.Equal(ReportNames, root.EnumerateObject().Select(property => property.Name));
        Assert.InRange(root.GetProperty("bleu").GetDouble(), 80, 100);
        Assert.InRange(root.GetProperty("val_bleu").GetDouble(), 80, 100);
        Assert.InRange(root.GetProperty("copy_bleu").GetDouble(), 0, 5);
        Assert.Equal(7, root.GetProperty("seed").GetInt64());
        Assert.Equal(9, root.GetProperty("curve").GetArrayLength());
        Assert.True(root.GetProperty("tokens_per_second").GetDouble() > root.GetProperty("examples_per_second").GetDouble());

        string json = _directory.File("evaluation.json");
        ProgramResult evaluation = Tool.Run("evaluate", "translation", "--model", Model, "--json", json);
        Assert.True(evaluation.ExitCode == ExitCode.Done, evaluation.Error);
        Assert.Equal(root.GetProperty("bleu").GetDouble(), Number(json, "bleu"));
        Assert.Equal(300, Number(json, "sentences"));
        AssertTranslates();
    }

    [Fact]
    public void TrainTranslation_SameSeed_GivesTheSameBytesForAnyThreads()
    {
        string data = WriteData(60);

        string first = TrainedBytes("--data", data, "--seed", "3", "--threads", "1");
        string again = TrainedBytes("--data", data, "--seed", "3", "--threads", "2");
        string other = TrainedBytes("--data", data, "--seed", "4", "--threads", "1");

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void TrainTranslation_OtherLanguages_AreRead()
    {
        string data = WriteData(40, "fr", "nl");

        Train("--data", data, "--from", "fr", "--to", "nl", "--epochs", "1");

        File.Delete(Path.Combine(data, "a.train.fr"));
        ProgramResult evaluation = Tool.Run("evaluate", "translation", "--model", Model, "--data", data, "--beam", "2");
        Assert.True(evaluation.ExitCode == ExitCode.Done, evaluation.Error);
        Assert.Contains("from fr to nl", evaluation.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TrainTranslation_MaxSeconds_EndsInTime()
    {
        Train("--epochs", "100000", "--max-seconds", "1");

        Assert.InRange(Number(Json, "seconds"), 0.5, 20);
        Assert.True(File.Exists(Path.Combine(Model, "model.safetensors")));
    }

    [Fact]
    public void TrainTranslation_Interrupted_SavesWhatThereIs()
    {
        TranslationSettings settings = new()
        {
            From = "en",
            To = "de",
            Epochs = 5,
            Merges = 100,
            Embedding = 4,
            Hidden = 4,
            Beam = 1,
            Run = new RunSettings(1, new DeviceOptions(), null, Model, Json),
        };
        using StringWriter output = new();

        int code = TranslationTraining.Run(
            settings, new Terminal(output, TextWriter.Null, IsInteractive: false), new CancellationToken(canceled: true));

        Assert.Equal(ExitCode.Interrupted, code);
        Assert.True(Number(Json, "val_loss") > 0);
        Assert.Equal(ExitCode.Done, Tool.Run("translate", "--model", Model, "the shop closes").ExitCode);
    }

    [SkippableFact]
    public void TrainTranslation_OnRealSentences_LearnsMoreThanCopying()
    {
        string from = NativeBuild.RepositoryFile("../shared/data/translation");
        Skip.IfNot(Directory.Exists(from), $"there are no sentences in {from}");
        string data = _directory.File("data");
        Directory.CreateDirectory(data);
        foreach ((string part, int count) in new[] { ("train", 2000), ("val", 40), ("test_2016_flickr", 20) })
        {
            foreach (string language in new[] { "en", "de" })
            {
                File.WriteAllLines(
                    Path.Combine(data, $"{part}.{language}"),
                    File.ReadLines(Path.Combine(from, $"multi30k.{part}.{language}")).Take(count));
            }
        }

        Train("--data", data, "--epochs", "3", "--merges", "500", "--max-seconds", "20");

        // The loss of knowing nothing but how many pieces there are is 6.4.
        Assert.True(Number(Json, "val_loss") < 5.3, $"val_loss {Number(Json, "val_loss")}");
    }

    [Theory]
    [InlineData("none", "is no directory")]
    [InlineData("no test", "has 0 files *test*.en, must have one")]
    [InlineData("two", "has 2 files *val*.de, must have one")]
    [InlineData("lines", "has 3: they must have as many")]
    [InlineData("empty", "has no sentences")]
    [InlineData("latin", "is not UTF-8 text")]
    public void TrainTranslation_OfWrongData_SaysWhatIsWrong(string what, string message)
    {
        string data = what == "none" ? _directory.File("none") : WriteData(6);
        switch (what)
        {
            case "no test":
                File.Delete(Path.Combine(data, "a.test.en"));
                break;
            case "two":
                File.WriteAllText(Path.Combine(data, "b.val.de"), "x\n");
                break;
            case "lines":
                File.WriteAllText(Path.Combine(data, "a.train.de"), "x\ny\nz\n");
                break;
            case "empty":
                File.WriteAllText(Path.Combine(data, "a.val.en"), "\n\n\n\n\n\n");
                break;
            case "latin":
                File.WriteAllBytes(Path.Combine(data, "a.test.de"), [(byte)'n', 0xE9, (byte)'\n']);
                break;
        }

        AssertRefused(message, "train", "translation", "--data", data, "--out", Model);
    }

    [Fact]
    public void WrongOptionsModelsAndSentences_AreNamed()
    {
        AssertRefused("--hidden must be even, not 33", "train", "translation", "--hidden", "33");
        AssertRefused("--from must be the ending of files", "train", "translation", "--from", "../en");
        AssertRefused("--from fr --to de: the made sentences are", "train", "translation", "--from", "fr", "--out", Model);
        AssertRefused("--beam must be a whole number from 1 to 100", "translate", "--model", Model, "--beam", "0", "a");
        AssertRefused("does not exist", "translate", "--model", _directory.File("none"), "a sentence");

        Train("--data", WriteData(40), "--epochs", "1");
        AssertRefused("a sentence has no words", "translate", "--model", Model, " ");
        AssertRefused("--heatmap is for one sentence, not for 2", "translate", "--model", Model, "--heatmap", "a.png", "a", "b");
        AssertRefused("--data: ", "evaluate", "translation", "--model", Model, "--data", _directory.File("none"));
        AssertRefused("is of `train translation`", "classify", "--model", Model, "a film");

        string task = Path.Combine(Model, "task.json");
        string text = File.ReadAllText(task);
        File.WriteAllText(task, text.Replace("\"pieces\": [", "\"pieces\": [ \"surplus\",", StringComparison.Ordinal));
        AssertRefused("does not fit the", "translate", "--model", Model, "a");
        File.WriteAllText(task, text.Replace("\"merges\": [", "\"merges\": [ \"a b c\",", StringComparison.Ordinal));
        AssertRefused("task.json is damaged", "translate", "--model", Model, "a");
    }

    [Fact]
    public void Sentences_AreSplitAsTheFilesAre()
    {
        Assert.Equal(
            ["a", "t-shirt", ",", "the", "man", "'s", "!"], TranslationData.Tokenize("a t-shirt, the man's!"));
        Assert.Equal(["wait", "..."], TranslationData.Tokenize("wait..."));

        string data = WriteData(6);
        File.WriteAllText(Path.Combine(data, "a.test.en"), "the man &apos;s &quot; hat &quot;\n\n");
        File.WriteAllText(Path.Combine(data, "a.test.de"), "der hut\nohne quelle\n");
        SentencePair only = Assert.Single(TranslationData.Read(data, "en", "de").Test);
        Assert.Equal(["the", "man", "'s", "\"", "hat", "\""], only.Source);
    }

    [Fact]
    public void MadePairs_AreAllDifferent_AndTheSameForASeed()
    {
        PairSplit made = MadePairs.Create(500, seed: 2);
        string[] all = [.. new[] { made.Training, made.Validation, made.Test }
            .SelectMany(pairs => pairs).Select(pair => string.Join(' ', pair.Source))];

        Assert.Equal((400, 50, 50), (made.Training.Length, made.Validation.Length, made.Test.Length));
        Assert.Equal(500, all.Distinct().Count());
        Assert.Equal(
            made.Test.Select(pair => string.Join(' ', pair.Target)),
            MadePairs.Create(500, seed: 2).Test.Select(pair => string.Join(' ', pair.Target)));
    }

    private void AssertTranslates()
    {
        string picture = _directory.File("heat.png");
        ProgramResult one = Tool.Run(
            "translate", "--model", Model, "--heatmap", picture, "The train leaves on Monday at half past three.");
        Assert.True(one.ExitCode == ExitCode.Done, one.Error);
        Assert.Equal("der zug fährt am montag um halb vier ab .", one.Output.TrimEnd());
        AssertIsPicture(picture);

        TextReader before = Console.In;
        try
        {
            Console.SetIn(new StringReader("the train leaves on monday at half past three .\n\nthe zzz\n"));
            ProgramResult lines = Tool.Run("translate", "--model", Model, "--beam", "1");
            Assert.True(lines.ExitCode == ExitCode.Done, lines.Error);
            string[] written = lines.Output.Split(Environment.NewLine);
            Assert.Equal(4, written.Length);
            Assert.Equal(one.Output.TrimEnd(), written[0]);
            Assert.Equal(["", ""], [written[1], written[3]]);
        }
        finally
        {
            Console.SetIn(before);
        }
    }

    private static void AssertRefused(string message, params string[] arguments)
    {
        ProgramResult result = Tool.Run(arguments);
        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(character => character == '\n'));
    }

    private static void AssertIsPicture(string path) => Assert.Equal("PNG"u8.ToArray(), File.ReadAllBytes(path)[1..4]);

    private ProgramResult Train(params string[] more)
    {
        ProgramResult result = Tool.Run(
        [
            "train", "translation", "--out", Model, "--json", Json, "--embedding", "96", "--hidden", "160",
            .. more.Contains("--merges") ? [] : new[] { "--merges", "500" }, .. more,
        ]);
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        return result;
    }

    private string TrainedBytes(params string[] arguments)
    {
        Train([.. arguments, "--epochs", "2"]);
        return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(Model, "model.safetensors"))));
    }

    private static double Number(string json, string name)
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        return report.RootElement.GetProperty(name).GetDouble();
    }

    private string WriteData(int count, string from = "en", string to = "de")
    {
        string data = _directory.File("data");
        Directory.CreateDirectory(data);
        foreach (string part in new[] { "train", "val", "test" })
        {
            string[] numbers = [.. Enumerable.Range(0, count).Select(n => (n * n % 17).ToString(CultureInfo.InvariantCulture))];
            File.WriteAllLines(Path.Combine(data, $"a.{part}.{from}"), numbers.Select(n => $"we have {n} of them"));
            File.WriteAllLines(Path.Combine(data, $"a.{part}.{to}"), numbers.Select(n => $"{n} davon haben wir"));
        }

        return data;
    }
}
