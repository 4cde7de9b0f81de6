using NativeRnn.Cli.Applications;
using NativeRnn.Data;
using NativeRnn.Plotting;
using NativeRnn.Training;
using static System.FormattableString;

namespace NativeRnn.Cli.Translation;

/// <summary>`train translation`: learns pieces of words, trains a model, saves and tests it.</summary>
internal static class TranslationTraining
{
    private const int Patience = 3;
    private const float AverageDecay = 0.999f;
    private const float ClipNorm = 1;

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(TranslationSettings settings, Terminal terminal, CancellationToken cancellation)
    {
        PairSource source = PairSource.Load(settings.Data, settings.From, settings.To);
        RunPlaces places = new(settings.Run, source.Name);
        using Device device = ToolDevice.Open(settings.Run.Device);
        PairSplit pairs = source.Pairs;
        SubwordVocabulary read = SubwordVocabulary.Train([.. pairs.Training.Select(pair => pair.Source)], settings.Merges);
        SubwordVocabulary written = SubwordVocabulary.Train([.. pairs.Training.Select(pair => pair.Target)], settings.Merges);
        TranslationModel model = new(TranslationNetwork.Create(settings, read, written, device), read, written, device);
        terminal.Output.WriteLine(Describe(settings, source, model));
        Dataset training = TranslationData.ToDataset(pairs.Training, read, written).Shuffle(settings.Run.Seed);
        Dataset validation = TranslationData.ToDataset(pairs.Validation, read, written);
        Sequential network = TranslationNetwork.Compile(model.Network, (long)settings.Epochs * training.BatchCount);
        FitRun run = Fit(network, training, validation, settings, terminal, cancellation);
        model.Save(places.Directory, new TranslationTask(
            source.From, source.To, IsLowerCase(pairs.Training), settings.Run.Seed, VocabularyFile.Of(read),
            VocabularyFile.Of(written)));
        places.Draw("Loss curve", "loss.png", path => run.History.SavePicture(path));
        List<(string Name, double Value)> metrics = run.IsInterrupted
            ? []
            : Test(settings, source, model, places, terminal);
        metrics.Add(("val_loss", network.Evaluate(validation, device).Loss));
        metrics.Add(("tokens_per_second", PiecesOfAPair(pairs.Training, model) * run.ExamplesPerSecond));
        Report(metrics, run, settings, model, places, terminal);
        places.Print(
            terminal.Output,
            ("Translate", $"{CommandLine.Invocation} translate --model {places.Directory} \"...\""));
        return run.Code;
    }

    private static FitRun Fit(
        Sequential network, Dataset training, Dataset validation, TranslationSettings settings, Terminal terminal,
        CancellationToken cancellation) => FitRun.Of(
        network,
        training,
        settings.Epochs,
        new FitOptions
        {
            ValidationDataset = validation,
            WeightAverage = new ExponentialMovingAverage(network, AverageDecay, warmUp: true),
            ValidateAverage = true,
            ClipNorm = ClipNorm,
            Callbacks = [new EarlyStopping(patience: Patience, restoreBestWeights: true)],
        },
        settings.Run,
        terminal,
        cancellation);

    // Shows a sentence of the test set too.
    private static List<(string Name, double Value)> Test(
        TranslationSettings settings, PairSource source, TranslationModel model, RunPlaces places, Terminal terminal)
    {
        PairSplit pairs = source.Pairs;
        terminal.Output.WriteLine(Invariant(
            $"Translating the validation and the test set, {pairs.Validation.Length + pairs.Test.Length:N0} sentences ..."));
        TranslationScore validated = TranslationScore.Of(model, pairs.Validation, settings.Beam);
        TranslationScore tested = TranslationScore.Of(model, pairs.Test, settings.Beam);
        TranslatedSentence shown = tested.Translations[0];
        terminal.Output.WriteLine($"{source.From}: {string.Join(' ', pairs.Test[0].Source)}");
        terminal.Output.WriteLine($"{source.To}: {string.Join(' ', shown.Words)}");
        if (shown.Pieces.Length > 0)
        {
            places.Draw("Attention", "attention.png", shown.Draw);
        }

        return
        [
            ("bleu", tested.Bleu),
            ("copy_bleu", tested.CopyBleu),
            ("length_ratio", tested.LengthRatio),
            ("val_bleu", validated.Bleu),
        ];
    }

    private static void Report(
        List<(string Name, double Value)> metrics, FitRun run, TranslationSettings settings, TranslationModel model,
        RunPlaces places, Terminal terminal)
    {
        RunReport report = new()
        {
            Metrics = metrics,
            Seconds = run.Seconds,
            Parameters = model.Network.ParameterCount,
            ExamplesPerSecond = run.ExamplesPerSecond,
            Seed = settings.Run.Seed,
            Device = model.Device,
            History = run.History,
        };
        report.Print(terminal);
        if (places.Json is not null)
        {
            report.Write(places.Json);
        }
    }

    // Of both sides, the end token included.
    private static double PiecesOfAPair(SentencePair[] pairs, TranslationModel model) => pairs.Average(
        pair => model.Source.Encode(pair.Source).Length + model.Target.Encode(pair.Target).Length + 1);

    private static bool IsLowerCase(SentencePair[] pairs) =>
        !pairs.Any(pair => pair.Source.Any(word => word.Any(char.IsUpper)));

    private static string Describe(TranslationSettings settings, PairSource source, TranslationModel model)
    {
        PairSplit pairs = source.Pairs;
        return Invariant($"Data: {pairs.Training.Length:N0} pairs of sentences from {source.From} to {source.To}, ")
            + Invariant($"{pairs.Validation.Length:N0} to validate, {pairs.Test.Length:N0} to test; {source.Title}.\n")
            + Invariant($"Model: {model.Source.Count:N0} and {model.Target.Count:N0} pieces of words, {settings.Embedding} ")
            + Invariant($"numbers each, GRU of {settings.Hidden} with attention, on {ToolDevice.Describe(model.Device)}, ")
            + Invariant($"seed {settings.Run.Seed}. Ctrl-C saves what is trained by then.");
    }
}
