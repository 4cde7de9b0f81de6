using System.Globalization;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Corpus;
using NativeRnn.Cli.Reporting;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Cli.Training;

/// <summary>A training run from the text to the saved model.</summary>
internal static class TextTraining
{
    private const int SampleLength = 400;

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(
        TrainTextSettings settings, Terminal terminal, CancellationToken cancellation)
    {
        TextCorpus corpus = TextCorpus.Load(settings.Data);
        TextSplit split = corpus.Split(settings.Validation);
        var places = new RunPlaces(settings.Run, corpus.Name);
        using Device device = ToolDevice.Open(settings.Run.Device);
        LanguageModel model = CreateModel(settings, split.Vocabulary, device);
        terminal.Output.WriteLine(Describe(settings, corpus, split, model));

        var history = new LossHistory();
        var trainer = new LanguageModelTrainer(model, TrainingOptions(settings));
        LanguageModelTrainingResult result = TrainingDisplay.For(terminal).Show(
            display => trainer.Train(
                split.Training, split.Validation, new Both(history, display), cancellation));

        LanguageModelDirectory.Save(places.Directory, model, split.Vocabulary);
        TrainingReport report = TrainingReport.Of(result, model, settings.Run.Seed);
        if (places.Json is not null)
        {
            report.Write(places.Json);
        }

        terminal.Output.WriteLine(Describe(result));
        if (result.Outcome != TrainingOutcome.Cancelled)
        {
            WriteSample(model, split.Vocabulary, settings.Run.Seed, terminal, cancellation);
        }

        places.Draw("Loss curve", "loss.png", path => LossPicture.Write(path, history, result));
        places.Print(
            terminal.Output,
            ("More text", $"{CommandLine.Invocation} generate --model {places.Directory} --prompt \"...\""));
        return result.Outcome == TrainingOutcome.Cancelled ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static LanguageModel CreateModel(
        TrainTextSettings settings, CharVocabulary vocabulary, Device device) => new(
        new LanguageModelOptions
        {
            Cell = settings.Cell,
            Vocabulary = vocabulary.Count,
            Embedding = settings.Embedding,
            Hidden = settings.Hidden,
            Layers = settings.Layers,
            Dropout = settings.Dropout,
            Seed = settings.Run.Seed,
        },
        device);

    private static LanguageModelTrainingOptions TrainingOptions(TrainTextSettings settings) => new()
    {
        Epochs = settings.Epochs,
        Batch = settings.Batch,
        Sequence = settings.Sequence,
        LearningRate = settings.LearningRate,
        Clip = settings.Clip,
        MaxSeconds = settings.SecondsAllowed,
        DecayByTime = settings.SecondsAllowed is not null,
    };

    private static string Describe(
        TrainTextSettings settings, TextCorpus corpus, TextSplit split, LanguageModel model)
    {
        string limit = settings.SecondsAllowed is { } seconds
            ? Invariant($", at most {seconds:0.#} seconds (--max-seconds)")
            : "";
        return Invariant($"Text: {corpus.Title}, {corpus.Text.Length:N0} characters ")
            + Invariant($"({split.Vocabulary.Count} distinct), ")
            + Invariant($"{split.Validation.Length:N0} of them for validation.\n")
            + Invariant($"Model: {settings.Layers} x {settings.Hidden} {NameOf(settings.Cell)}, ")
            + Invariant($"{model.ParameterCount:N0} parameters, on {ToolDevice.Describe(model.Device)}.\n")
            + Invariant($"Training: batches of {settings.Batch} x {settings.Sequence}, ")
            + Invariant($"{settings.Epochs} epochs{limit}, seed {settings.Run.Seed}. ")
            + "Ctrl-C saves what is trained by then.";
    }

    private static string NameOf(RnnCell cell) => cell switch
    {
        RnnCell.Lstm => "LSTM",
        RnnCell.Gru => "GRU",
        _ => "RNN",
    };

    private static string Describe(LanguageModelTrainingResult result)
    {
        string end = result.Outcome switch
        {
            TrainingOutcome.Cancelled => $"Interrupted in epoch {result.Curve.Count}",
            TrainingOutcome.OutOfTime => $"Out of time in epoch {result.Curve.Count}",
            _ => $"Done: {result.Epochs} epochs",
        };
        string validation = result.ValidationLoss is { } loss
            ? Invariant($", validation {loss:0.000} (epoch {result.BestEpoch})")
            : "";
        return Invariant($"{end}, {result.Seconds:0.0} s: loss {result.TrainLoss:0.000}{validation} ")
            + Invariant($"nats per character, {result.CharactersPerSecond:N0} characters/s.");
    }

    private static void WriteSample(
        LanguageModel model, CharVocabulary vocabulary, long seed, Terminal terminal,
        CancellationToken cancellation)
    {
        var options = new GenerationOptions { Length = SampleLength, Seed = seed };
        using TextGenerator generator = new(model, vocabulary);
        terminal.Output.WriteLine("\nA sample:\n");
        terminal.Output.WriteLine(generator.Generate("", options, cancellation));
        terminal.Output.WriteLine();
    }

    private static string Invariant(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);

    private sealed class Both(
        IProgress<LanguageModelProgress> first, IProgress<LanguageModelProgress> second)
        : IProgress<LanguageModelProgress>
    {
        public void Report(LanguageModelProgress value)
        {
            first.Report(value);
            second.Report(value);
        }
    }
}
