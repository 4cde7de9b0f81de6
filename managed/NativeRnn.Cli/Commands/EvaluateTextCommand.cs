using System.CommandLine;
using System.Diagnostics;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Corpus;
using NativeRnn.Cli.Training;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;
using static System.FormattableString;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn evaluate text`: how well a model foretells a text, and how fast it writes.</summary>
internal static class EvaluateTextCommand
{
    // What is written to measure the speed, with everything that `generate` can be asked for.
    private static readonly GenerationOptions Writing =
        new() { Length = 20_000, Temperature = 0.8f, TopK = 40, TopP = 0.95f };

    public static Command Create(Terminal terminal)
    {
        var flags = new EvaluateFlags(
            ("A directory that `train text` saved.", "DIR"),
            ("The text, a UTF-8 file; if not given, NativeRnn's own sources.", "FILE"));
        Option<double> share = RangedOption.Create(
            "--validation", "Share of the text, at its end, that is judged: as in `train text`, what it was not trained " +
            "on. 1: all of it.", 0.1, 1e-9, 1);
        Option<string> weights = WeightsOption.Create();
        var command = new Command(
            "text",
            "Print how well a model foretells the characters of a text: the loss in nats and bits a character, also with " +
            "the rounded weights of --weights; and how many characters a second `generate` writes, with temperature " +
            $"{Writing.Temperature}, top-k {Writing.TopK} and top-p {Writing.TopP}.");
        flags.AddTo(command, share, weights);
        command.SetAction(parsed =>
        {
            EvaluateSettings settings = flags.Read(parsed);
            TextCorpus corpus = TextCorpus.Load(settings.Data);
            using Device device = ToolDevice.Open(settings.Device);
            (LanguageModel network, CharVocabulary vocabulary) = TextModel.Load(settings.Model, device);
            int[] text = corpus.End(parsed.GetValue(share), vocabulary);
            terminal.Output.WriteLine(Invariant($"Text: {corpus.Title}, {text.Length:N0} characters of it."));
            WeightStorage storage = WeightsOption.Read(parsed.GetRequiredValue(weights));
            return settings.Finish(Evaluate(network, vocabulary, text, storage), terminal);
        });
        return command;
    }

    private static RunReport Evaluate(
        LanguageModel model, CharVocabulary vocabulary, int[] text, WeightStorage storage)
    {
        Stopwatch clock = Stopwatch.StartNew();
        LanguageModelTrainingOptions windows = new()
        {
            Batch = TrainTextSettings.StandardBatch,
            Sequence = TrainTextSettings.StandardSequence,
        };
        double loss = new LanguageModelTrainer(model, windows).Evaluate(text);
        double seconds = clock.Elapsed.TotalSeconds;
        using TextGenerator generator = new(model, vocabulary, storage);
        double rounded = generator.Evaluate(text);
        generator.Generate("", Writing with { Length = 1000 });
        clock.Restart();
        generator.Generate("", Writing);
        return new RunReport
        {
            Metrics =
            [
                ("loss", loss),
                ("bits_per_character", loss / Math.Log(2)),
                ("loss_of_writing", rounded),
                ("written_chars_per_second", Writing.Length / clock.Elapsed.TotalSeconds),
                ("characters", text.Length),
            ],
            Seconds = seconds,
            Parameters = model.ParameterCount,
            ExamplesPerSecond = (text.Length - 1) / seconds,
            Seed = Writing.Seed,
            Device = model.Device,
        };
    }
}
