using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NativeRnn.Cli;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Speech;
using NativeRnn.Data;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Cli;

/// <summary>`nativernn train speech`, `transcribe` and `evaluate speech`, from the data to the saved model.</summary>
public sealed partial class SpeechTests : IDisposable
{
    private static readonly string[] RunNames =
        ["seconds", "parameters", "examples_per_second", "seed", "device", "threads", "curve"];

    private readonly TemporaryDirectory _directory = new();

    private string Model => _directory.File("model");

    private string Json => _directory.File("result.json");

    private string Example => Path.Combine(Model, "example.wav");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void TrainSpeech_OfMadeDigits_LearnsFarMoreThanChance()
    {
        ProgramResult result = Train("--epochs", "5", "--seed", "7");

        Assert.Contains("made by a computed voice", result.Output, StringComparison.Ordinal);
        Assert.Contains($"transcribe --model {Model} {Example}", result.Output, StringComparison.Ordinal);
        AssertPictures("loss.png", "confusion.png", "transcript.png");
        AssertReport("accuracy", "majority_accuracy", "val_accuracy");
        Assert.Equal(0.1, Number(Json, "majority_accuracy"), 1e-12);
        Assert.InRange(Number(Json, "accuracy"), 0.9, 1);
        AssertEvaluates("accuracy", "150 recordings of index 0 to 4");

        // The example is the first recording of the test set: a 0.
        string[] lines = Transcribe(Example).Output.Split('\n');
        Assert.Matches(@", 0\.\d\d s: 0$", lines[0]);
        double[] percent = [.. lines[2..5].Select(
            line => double.Parse(PercentLine().Match(line).Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(percent.OrderDescending(), percent);
        AssertHearsAtAnotherRateInStereo();
    }

    [Fact]
    public void TrainSpeech_OfMadeStrings_LearnsWhatIsSaidAndWhen()
    {
        ProgramResult result = Train(
            "--task", "string", "--strings", "300", "--batch", "8", "--lr", "5e-3", "--layers", "1", "--seed", "2");

        Assert.Contains("300 strings of 3 to 7 digits to learn from, and 300 for", result.Output, StringComparison.Ordinal);
        AssertPictures("loss.png", "transcript.png");
        AssertReport("word_error_rate", "string_accuracy", "val_word_error_rate");
        Assert.InRange(Number(Json, "word_error_rate"), 0, 0.25);
        AssertEvaluates("word_error_rate", "joined to 300 strings");

        string picture = _directory.File("heard.png");
        ProgramResult transcript = Transcribe(Example, "--picture", picture);
        Assert.Equal("PNG"u8.ToArray(), File.ReadAllBytes(picture)[1..4]);
        Assert.Contains(picture, transcript.Output, StringComparison.Ordinal);
        Match head = HeadLine().Match(transcript.Output);
        Match[] rows = SegmentLine().Matches(transcript.Output).ToArray();
        Assert.Equal(head.Groups[2].Value.Trim().Split(' '), rows.Select(row => row.Groups[1].Value));
        double[] times = [.. rows.SelectMany(row => new[] { Parse(row.Groups[2]), Parse(row.Groups[3]) })];
        Assert.Equal(times.Order(), times);
        Assert.InRange(times[^1], 0.5, Parse(head.Groups[1]) + 0.005);
    }

    [Theory]
    [InlineData("digit")]
    [InlineData("string")]
    public void TrainSpeech_SameSeed_GivesTheSameBytesForAnyThreads(string task)
    {
        byte[] first = TrainedBytes(task, "--seed", "3", "--threads", "1");

        Assert.Equal(first, TrainedBytes(task, "--seed", "3", "--threads", "2"));
    }

    [Fact]
    public void TrainSpeech_OtherSeed_GivesAnotherModel() => Assert.NotEqual(
        TrainedBytes("digit", "--seed", "3"), TrainedBytes("digit", "--seed", "4"));

    [SkippableFact]
    public void TrainSpeech_OfRealDigits_LearnsFarMoreThanChance()
    {
        string data = NativeBuild.RepositoryFile("../shared/data/speech");
        Skip.IfNot(Directory.Exists(data), $"there are no recordings in {data}");

        Train("--data", data, "--epochs", "4", "--layers", "1", "--lr", "5e-3", "--max-seconds", "20");

        Assert.True(Number(Json, "accuracy") > 0.8, $"accuracy {Number(Json, "accuracy")}");
        Assert.Equal(0.1, Number(Json, "majority_accuracy"), 1e-12);
    }

    [Fact]
    public void TrainSpeech_MaxSeconds_EndsInTime()
    {
        Train("--epochs", "100000", "--max-seconds", "0.5", "--hidden", "8");

        Assert.InRange(Number(Json, "seconds"), 0.3, 20);
        Assert.True(File.Exists(Path.Combine(Model, "model.safetensors")));
    }

    [Fact]
    public void TrainSpeech_Interrupted_SavesWhatThereIs()
    {
        SpeechSettings settings = new()
        {
            Kind = SpeechKind.Digit,
            Strings = 1,
            Epochs = 5,
            Batch = 32,
            LearningRate = 1e-3f,
            Layers = 1,
            Hidden = 4,
            Run = new RunSettings(1, new DeviceOptions(), null, Model, null),
        };

        int code = SpeechTraining.Run(
            settings, new Terminal(TextWriter.Null, TextWriter.Null, IsInteractive: false), new CancellationToken(true));

        Assert.Equal(ExitCode.Interrupted, code);
        Transcribe(Example);
    }

    [Fact]
    public void Recordings_AreReadResampledAndDividedByIndex()
    {
        string data = _directory.File("data");
        Directory.CreateDirectory(Path.Combine(data, "recordings"));
        foreach (int index in new[] { 0, 4, 5, 9, 10, 49 })
        {
            WavFile.Write(
                Path.Combine(data, "recordings", $"3_an_na_{index}.wav"),
                new Waveform(new float[1600], index == 0 ? 16000 : 8000));
        }

        SpeechSplit split = SpeechData.Split(SpeechData.Read(data));

        Assert.Equal([10, 49], split.Training.Select(recording => recording.Index).Order());
        Assert.Equal([5, 9], split.Validation.Select(recording => recording.Index).Order());
        Assert.Equal([0, 4], split.Test.Select(recording => recording.Index).Order());
        Assert.All(split.Test, recording => Assert.Equal((3, "an_na", 8000), (
            recording.Label, recording.Speaker, recording.Sound.SampleRate)));
        Assert.Equal([800, 1600], split.Test.OrderBy(r => r.Index).Select(r => r.Sound.Samples.Length));
    }

    [Fact]
    public void Strings_AreOfOneSpeaker_AndTheSameForASeed()
    {
        // The sample says who speaks and what.
        Recording[] recordings = [.. Enumerable.Range(0, 20).Select(number => new Recording(
            number % 10, $"{number / 10}", 0, new Waveform([number], 8000)))];

        SpokenString[] strings = SpokenString.Join(recordings, 200, seed: 5);

        Assert.All(strings, spoken =>
        {
            Assert.InRange(spoken.Labels.Length, 3, 7);
            Assert.Equal(spoken.Labels, spoken.Sound.Samples.Select(sample => (int)sample % 10));
            Assert.Single(spoken.Sound.Samples.Select(sample => (int)sample / 10).Distinct());
        });
        Assert.Equal([3, 4, 5, 6, 7], strings.Select(spoken => spoken.Labels.Length).Distinct().Order());
        Assert.Equal(Said(strings), Said(SpokenString.Join(recordings, 200, seed: 5)));
        Assert.NotEqual(Said(strings), Said(SpokenString.Join(recordings, 200, seed: 6)));
    }

    [Theory]
    [InlineData("none", "is no directory")]
    [InlineData("empty", "has no files *.wav, nor a directory recordings with them")]
    [InlineData("name", "three_an_1.wav must be named digit_speaker_index.wav")]
    [InlineData("ten", "10_an_1.wav must be named")]
    [InlineData("text", "0_an_1.wav: it is no WAV file")]
    [InlineData("silent", "0_an_1.wav has no samples")]
    [InlineData("test", "has no recordings with an index of 0 to 4, the test set")]
    [InlineData("validation", "has no recordings with an index of 5 to 9, for validation")]
    [InlineData("training", "has no recordings with an index of 10 and more, to learn from")]
    public void TrainSpeech_OfWrongData_SaysWhatIsWrong(string what, string message)
    {
        string data = _directory.File("data");
        if (what != "none")
        {
            Directory.CreateDirectory(data);
        }

        switch (what)
        {
            case "text":
                File.WriteAllText(Path.Combine(data, "0_an_1.wav"), "no sound");
                break;
            case "silent":
                Write(data, "0_an_1.wav", 0);
                break;
            case "name":
                Write(data, "three_an_1.wav", 100);
                break;
            case "ten":
                Write(data, "10_an_1.wav", 100);
                break;
            case "test" or "validation" or "training":
                Write(data, what == "test" ? "0_an_7.wav" : "0_an_1.wav", 100);
                Write(data, what == "training" ? "0_an_6.wav" : "0_an_20.wav", 100);
                break;
        }

        ProgramResult result = Tool.Run("train", "speech", "--data", data, "--out", Model);

        AssertRefused(result, "--data: ", message);
    }

    [Fact]
    public void WrongModelsAndFiles_AreNamed()
    {
        AssertRefused(Tool.Run("transcribe", "--model", Model, _directory.File("x.wav")), "FILE ", "x.wav does not exist");
        AssertRefused(Tool.Run("transcribe", "--model", Model, _directory.File("")), "FILE ", "is a directory");
        string text = _directory.Write("text.wav", "no sound");
        AssertRefused(Tool.Run("transcribe", "--model", Model, text), "FILE ", "it is no WAV file");
        string sound = Write(_directory.File(""), "sound.wav", 800);
        AssertRefused(Tool.Run("transcribe", "--model", Model, sound), "--model ", "does not exist");

        Train("--epochs", "1", "--hidden", "4", "--layers", "1");
        string minute = Write(_directory.File(""), "long.wav", 8000 * 61);
        AssertRefused(
            Tool.Run("transcribe", "--model", Model, minute, "--picture", _directory.File("p.png")),
            "--picture: ", "is 61.0 s long, at most 60 s can be drawn");
        AssertRefused(
            Tool.Run("transcribe", "--model", Model, sound, "--picture", _directory.File("none/p.png")),
            "--picture ", "cannot be written");

        string task = Path.Combine(Model, "task.json");
        string right = File.ReadAllText(task);
        foreach ((string from, string to, string message) in new[]
        {
            ("\"Digit\"", "\"String\"", "does not fit task.json, which says String of 2 frames"),
            ("\"stack\": 2", "\"stack\": 3", "does not fit task.json, which says Digit of 3 frames"),
            ("\"stack\": 2", "\"stack\": 0", "task.json is damaged"),
            ("\"Digit\"", "\"Song\"", "task.json is damaged"),
        })
        {
            File.WriteAllText(task, right.Replace(from, to, StringComparison.Ordinal));
            AssertRefused(Tool.Run("evaluate", "speech", "--model", Model), "--model ", message);
        }
    }

    private static void AssertRefused(ProgramResult result, string option, string message)
    {
        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(option, result.Error, StringComparison.Ordinal);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(character => character == '\n'));
    }

    private void AssertPictures(params string[] names) => Assert.All(
        names, name => Assert.Equal("PNG"u8.ToArray(), File.ReadAllBytes(Path.Combine(Model, name))[1..4]));

    private void AssertReport(params string[] metrics)
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(Json));
        Assert.Equal([.. metrics, .. RunNames], report.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.True(report.RootElement.GetProperty("examples_per_second").GetDouble() > 0);
    }

    // Of the same sounds, so that the figures agree.
    private void AssertEvaluates(string metric, string sounds)
    {
        string json = _directory.File("evaluation.json");
        ProgramResult evaluation = Tool.Run("evaluate", "speech", "--model", Model, "--json", json);

        Assert.True(evaluation.ExitCode == ExitCode.Done, evaluation.Error);
        Assert.Contains(sounds, evaluation.Output, StringComparison.Ordinal);
        Assert.Equal(Number(Json, metric), Number(json, metric));
    }

    // The example at 44,100 samples a second, as floats, on the left side only.
    private void AssertHearsAtAnotherRateInStereo()
    {
        Waveform sound = WavFile.Read(Example).Resample(44100);
        string path = _directory.File("stereo.wav");
        using (BinaryWriter writer = new(File.Create(path)))
        {
            writer.Write("RIFF"u8);
            writer.Write(36 + (8 * sound.Samples.Length));
            writer.Write("WAVEfmt "u8);
            writer.Write(16);
            writer.Write((short)3);
            writer.Write((short)2);
            writer.Write(44100);
            writer.Write(8 * 44100);
            writer.Write((short)8);
            writer.Write((short)32);
            writer.Write("data"u8);
            writer.Write(8 * sound.Samples.Length);
            foreach (float sample in sound.Samples)
            {
                writer.Write(sample);
                writer.Write(0f);
            }
        }

        Assert.Matches(@"^.*stereo\.wav, 0\.\d\d s: 0\n", Transcribe(path).Output);
    }

    private static string[] Said(SpokenString[] strings) => [.. strings.Select(spoken => string.Join(' ', spoken.Labels))];

    private static string Write(string directory, string name, int samples)
    {
        string path = Path.Combine(directory, name);
        WavFile.Write(path, new Waveform(new float[samples], 8000));
        return path;
    }

    private ProgramResult Transcribe(string file, params string[] more)
    {
        ProgramResult result = Tool.Run(["transcribe", "--model", Model, file, .. more]);
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        return result;
    }

    private byte[] TrainedBytes(string task, params string[] more)
    {
        Train(["--task", task, "--epochs", "2", "--hidden", "8", "--layers", "1", "--strings", "40", .. more]);
        return File.ReadAllBytes(Path.Combine(Model, "model.safetensors"));
    }

    private ProgramResult Train(params string[] more)
    {
        ProgramResult result = Tool.Run(["train", "speech", "--out", Model, "--json", Json, .. more]);
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        return result;
    }

    private static double Number(string json, string name)
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(json));
        return report.RootElement.GetProperty(name).GetDouble();
    }

    private static double Parse(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+\.\d) % *$")]
    private static partial Regex PercentLine();

    [GeneratedRegex(@"^.*\.wav, ([0-9.]+) s: ([0-9 ]+)$", RegexOptions.Multiline)]
    private static partial Regex HeadLine();

    [GeneratedRegex(@"^(\d) +([0-9.]+) s +([0-9.]+) s +[0-9.]+ % *$", RegexOptions.Multiline)]
    private static partial Regex SegmentLine();
}
