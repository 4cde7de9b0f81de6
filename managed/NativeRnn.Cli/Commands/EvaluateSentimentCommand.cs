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
        var model = new Option<string>("--model")
        {
            Description = "A directory that `train sentiment` saved.",
            HelpName = "DIR",
            Required = true,
        };
        var data = new Option<string?>("--data")
        {
            Description = "A directory as of `train sentiment`; if not given, the made sentences. Of the sentences that " +
                "the model was trained on, only those are taken that it was not shown.",
            HelpName = "DIR",
        };
        Option<int> threads = RangedOption.Create(
            "--threads", "Threads of the CPU; 0: one for each of its CPUs.", 0, 0, 1024);
        var json = new Option<string?>("--json") { Description = "Writes the results to a file.", HelpName = "FILE" };
        var flags = new DeviceFlags();
        var command = new Command("sentiment", "Judge sentences with known labels, and print how many are judged rightly.")
        {
            model, data, threads,
        };
        foreach (Option option in flags.All.Append(json))
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(model), parsed.GetValue(data), parsed.GetValue(json),
            flags.Read(parsed, parsed.GetValue(threads)), terminal));
        return command;
    }

    private static int Run(string directory, string? data, string? json, DeviceOptions where, Terminal terminal)
    {
        RunPlaces.RequireJson(json);
        ReviewSource source = ReviewSource.Load(data);
        using Device device = ToolDevice.Open(where);
        (SentimentModel model, SentimentTask task) = SentimentModel.Load(directory, device);
        bool known = source.Fingerprint == task.Data;
        Review[] reviews = known ? SentimentData.Split(source.Reviews, task.Seed, fold: 0).Test : source.Reviews;
        terminal.Output.WriteLine(Invariant($"Data: {reviews.Length:N0} sentences, {source.Title}")
            + (known ? "; those that the model was not trained on." : "."));

        Stopwatch clock = Stopwatch.StartNew();
        SentimentScore score = SentimentScore.Of(model, reviews);
        double seconds = clock.Elapsed.TotalSeconds;
        RunReport report = new()
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
        };
        report.Print(terminal);
        if (json is not null)
        {
            report.Write(json);
        }

        return ExitCode.Done;
    }
}
