using System.CommandLine;
using System.Diagnostics;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Sentiment;
using static System.FormattableString;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn evaluate sentiment`: how often a model judges sentences rightly.</summary>
internal static class EvaluateSentimentCommand
{
    public static Command Create(Terminal terminal)
    {
        var flags = new EvaluateFlags(
            ("A directory that `train sentiment` saved.", "DIR"),
            ("A directory as of `train sentiment`; if not given, the made sentences. Of the sentences that the model was " +
                "trained on, only those are taken that it was not shown.", "DIR"));
        var command = new Command("sentiment", "Judge sentences with known labels, and print how many are judged rightly.");
        flags.AddTo(command);
        command.SetAction(parsed => Run(flags.Read(parsed), terminal));
        return command;
    }

    private static int Run(EvaluateSettings settings, Terminal terminal)
    {
        ReviewSource source = ReviewSource.Load(settings.Data);
        using Device device = ToolDevice.Open(settings.Device);
        (SentimentModel model, SentimentTask task) = SentimentModel.Load(settings.Model, device);
        bool known = source.Fingerprint == task.Data;
        Review[] reviews = known ? SentimentData.Split(source.Reviews, task.Seed, fold: 0).Test : source.Reviews;
        terminal.Output.WriteLine(Invariant($"Data: {reviews.Length:N0} sentences, {source.Title}")
            + (known ? "; those that the model was not trained on." : "."));

        Stopwatch clock = Stopwatch.StartNew();
        SentimentScore score = SentimentScore.Of(model, reviews);
        double seconds = clock.Elapsed.TotalSeconds;
        return settings.Finish(new()
        {
            Metrics =
            [
                ("accuracy", score.Accuracy),
                ("majority_accuracy", ReviewSource.MajorityAccuracy(reviews)),
                ("sentences", reviews.Length),
                ("negative_as_positive", score.Counts[0, 1]),
                ("positive_as_negative", score.Counts[1, 0]),
            ],
            Seconds = seconds,
            Parameters = model.Network.ParameterCount,
            ExamplesPerSecond = reviews.Length / seconds,
            Seed = task.Seed,
            Device = device,
        }, terminal);
    }
}
