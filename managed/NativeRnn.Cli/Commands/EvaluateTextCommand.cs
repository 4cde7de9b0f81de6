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
        var model = new Option<string>("--model")
        {
            Description = "A directory that `train text` saved.",
            HelpName = "DIR",
            Required = true,
        };
        var data = new Option<string?>("--data")
        {
            Description = "The text, a UTF-8 file; if not given, NativeRnn's own sources.",
            HelpName = "FILE",
        };
        Option<double> share = RangedOption.Create(
            "--validation", "Share of the text, at its end, that is judged: as in `train text`, what it was not trained " +
            "on. 1: all of it.", 0.1, 1e-9, 1);
        Option<string> weights = WeightsOption.Create();
        Option<int> threads = RangedOption.Create(
            "--threads", "Threads of the CPU; 0: one for each of its CPUs.", 0, 0, 1024);
        var json = new Option<string?>("--json") { Description = "Writes the results to a file.", HelpName = "FILE" };
        var flags = new DeviceFlags();
        var command = new Command(
            "text",
            "Print how well a model foretells the characters of a text: the loss in nats and bits a character, also with " +
            "the rounded weights of --weights; and how many characters a second `generate` writes, with temperature " +
            $"{Writing.Temperature}, top-k {Writing.TopK} and top-p {Writing.TopP}.")
        {
            model, data, share, weights, threads,
        };
        foreach (Option option in flags.All.Append(json))
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string? report = parsed.GetValue(json);
            RunPlaces.RequireJson(report);
            TextCorpus corpus = TextCorpus.Load(parsed.GetValue(data));
            using Device device = ToolDevice.Open(flags.Read(parsed, parsed.GetValue(threads)));
            (LanguageModel network, CharVocabulary vocabulary) =
                TextModel.Load(parsed.GetRequiredValue(model), device);
            int[] text = corpus.End(parsed.GetValue(share), vocabulary);
            terminal.Output.WriteLine(Invariant($"Text: {corpus.Title}, {text.Length:N0} characters of it."));
            RunReport result = Evaluate(
                network, vocabulary, text, WeightsOption.Read(parsed.GetRequiredValue(weights)));
            result.Print(terminal);
            if (report is not null)
            {
                result.Write(report);
            }

            return ExitCode.Done;
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
