using NativeRnn.Cli.Applications;
using NativeRnn.Plotting;
using static System.FormattableString;

namespace NativeRnn.Cli.Sentiment;

/// <summary>`train sentiment`: trains a model for each fold that is tested, and saves the first.</summary>
internal static class SentimentTraining
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(SentimentSettings settings, Terminal terminal, CancellationToken cancellation)
    {
        ReviewSource source = ReviewSource.Load(settings.Data).RequireFolds();
        RunPlaces places = new(settings.Run, source.Name);
        using Device device = ToolDevice.Open(settings.Run.Device);
        terminal.Output.WriteLine(Describe(settings, source, device));
        List<SentimentFold> folds = RunFolds(settings, source, places, device, terminal, cancellation);

        SentimentScore score = folds.Select(fold => fold.Score).Aggregate((a, b) => a + b);
        RunReport report = Report(settings, source, folds, device);
        report.Print(terminal);
        if (places.Json is not null)
        {
            report.Write(places.Json);
        }

        places.Draw("Loss curve", "loss.png", path => folds[0].Run.History.SavePicture(path));
        places.Draw("Confusion matrix", "confusion.png", score.Draw);
        places.Print(
            terminal.Output,
            ("Judge a sentence", $"{CommandLine.Invocation} classify --model {places.Directory} \"...\""));
        return cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static List<SentimentFold> RunFolds(
        SentimentSettings settings, ReviewSource source, RunPlaces places, Device device, Terminal terminal,
        CancellationToken cancellation)
    {
        List<SentimentFold> folds = [];
        for (int number = 0; number < settings.Folds; number++)
        {
            if (settings.Folds > 1)
            {
                terminal.Output.WriteLine($"Fold {number + 1} of {settings.Folds}:");
            }

            SentimentFold fold = SentimentFold.Train(
                WithTimeLeft(settings, folds), source, number, device, terminal, cancellation);
            // An unfinished fold would spoil the mean; the first is all that there is.
            if (fold.Run.IsInterrupted && number > 0)
            {
                break;
            }

            folds.Add(fold);
            terminal.Output.WriteLine(Invariant($"Test accuracy {fold.Score.Accuracy:0.0000}"));
            if (number == 0)
            {
                fold.Model.Save(
                    places.Directory,
                    new SentimentTask(fold.Model.Vocabulary.Words, source.Fingerprint, settings.Run.Seed));
            }

            if (cancellation.IsCancellationRequested)
            {
                break;
            }
        }

        return folds;
    }

    // The folds that are left share the time that is left.
    private static SentimentSettings WithTimeLeft(SentimentSettings settings, List<SentimentFold> done)
    {
        if (settings.Run.MaxSeconds is not { } seconds)
        {
            return settings;
        }

        const double Least = 1e-3;
        double left = (seconds - done.Sum(fold => fold.Run.Seconds)) / (settings.Folds - done.Count);
        return settings with { Run = settings.Run with { MaxSeconds = Math.Max(Least, left) } };
    }

    private static RunReport Report(
        SentimentSettings settings, ReviewSource source, List<SentimentFold> folds, Device device)
    {
        double[] accuracies = [.. folds.Select(fold => fold.Score.Accuracy)];
        double mean = accuracies.Average();
        List<(string Name, double Value)> metrics =
        [
            ("accuracy", mean),
            ("majority_accuracy", ReviewSource.MajorityAccuracy(source.Reviews)),
            ("val_accuracy", folds.Average(fold => fold.ValidationAccuracy)),
        ];
        if (settings.Folds > 1)
        {
            metrics.Add(("accuracy_deviation", Math.Sqrt(accuracies.Average(value => Math.Pow(value - mean, 2)))));
            metrics.AddRange(accuracies.Select((value, number) => ($"accuracy_fold_{number + 1}", value)));
        }

        double seconds = folds.Sum(fold => fold.Run.Seconds);
        return new RunReport
        {
            Metrics = metrics,
            Seconds = seconds,
            Parameters = folds[0].Model.Network.ParameterCount,
            ExamplesPerSecond = seconds > 0 ? folds.Sum(fold => fold.Run.Examples) / seconds : 0,
            Seed = settings.Run.Seed,
            Device = device,
            History = settings.Folds == 1 ? folds[0].Run.History : null,
        };
    }

    private static string Describe(SentimentSettings settings, ReviewSource source, Device device)
    {
        string folds = settings.Folds == 1
            ? "one tenth is the test set"
            : $"{settings.Folds} tenths are the test set in turn";
        return Invariant($"Data: {source.Reviews.Length:N0} sentences, {source.Title}; {folds}, ")
            + "a tenth of the others decides when to stop.\n"
            + Invariant($"Model: {settings.Embedding} numbers a word, bidirectional LSTM of 2 x {settings.Hidden}, ")
            + Invariant($"on {ToolDevice.Describe(device)}, seed {settings.Run.Seed}. ")
            + "Ctrl-C saves what is trained by then.";
    }
}
