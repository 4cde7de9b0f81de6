using System.CommandLine;
using System.Diagnostics;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Translation;
using static System.FormattableString;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn evaluate translation`: the BLEU of a model.</summary>
internal static class EvaluateTranslationCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Option<string>("--model")
        {
            Description = "A directory that `train translation` saved.",
            HelpName = "DIR",
            Required = true,
        };
        var data = new Option<string?>("--data")
        {
            Description = "A directory as of `train translation`, whose *test* files are taken; if not given, the made " +
                "sentences.",
            HelpName = "DIR",
        };
        Option<int> beam = TrainTranslationCommand.BeamOption();
        Option<int> threads = RangedOption.Create(
            "--threads", "Threads of the CPU; 0: one for each of its CPUs.", 0, 0, 1024);
        var json = new Option<string?>("--json") { Description = "Writes the results to a file.", HelpName = "FILE" };
        var flags = new DeviceFlags();
        var command = new Command(
            "translation",
            "Translate the test set and print BLEU: of up to four tokens, of the whole set, against one reference, " +
            "from 0 to 100; tokens as in the files (Papineni 2002, as multi-bleu.perl).")
        {
            model, data, beam, threads,
        };
        foreach (Option option in flags.All.Append(json))
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            return Run(
                parsed.GetRequiredValue(model), parsed.GetValue(data), parsed.GetValue(beam), parsed.GetValue(json),
                flags.Read(parsed, parsed.GetValue(threads)), terminal, interruption.Token);
        });
        return command;
    }

    private static int Run(
        string directory, string? data, int beam, string? json, DeviceOptions where, Terminal terminal,
        CancellationToken cancellation)
    {
        RunPlaces.RequireJson(json);
        using Device device = ToolDevice.Open(where);
        (TranslationModel model, TranslationTask task) = TranslationModel.Load(directory, device);
        PairSource source = PairSource.Load(data, task.From, task.To, testOnly: true);
        SentencePair[] pairs = source.Pairs.Test;
        terminal.Output.WriteLine(Invariant(
            $"Data: {pairs.Length:N0} test sentences from {task.From} to {task.To}; {source.Title}. Beam {beam}."));

        Stopwatch clock = Stopwatch.StartNew();
        TranslationScore score;
        try
        {
            score = TranslationScore.Of(model, pairs, beam, cancellation);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }

        double seconds = clock.Elapsed.TotalSeconds;
        RunReport report = new()
        {
            Metrics =
            [
                ("bleu", score.Bleu),
                ("copy_bleu", score.CopyBleu),
                ("length_ratio", score.LengthRatio),
                ("sentences", pairs.Length),
            ],
            Seconds = seconds,
            Parameters = model.Network.ParameterCount,
            ExamplesPerSecond = pairs.Length / seconds,
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
