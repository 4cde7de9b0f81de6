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
        var flags = new EvaluateFlags(
            ("A directory that `train translation` saved.", "DIR"),
            ("A directory as of `train translation`, whose *test* files are taken; if not given, the made sentences.", "DIR"));
        Option<int> beam = TrainTranslationCommand.BeamOption();
        var command = new Command(
            "translation",
            "Translate the test set and print BLEU: of up to four tokens, of the whole set, against one reference, " +
            "from 0 to 100; tokens as in the files (Papineni 2002, as multi-bleu.perl).");
        flags.AddTo(command, beam);
        command.SetAction(parsed =>
        {
            using var interruption = new Interruption();
            return Run(flags.Read(parsed), parsed.GetValue(beam), terminal, interruption.Token);
        });
        return command;
    }

    private static int Run(
        EvaluateSettings settings, int beam, Terminal terminal, CancellationToken cancellation)
    {
        using Device device = ToolDevice.Open(settings.Device);
        (TranslationModel model, TranslationTask task) = TranslationModel.Load(settings.Model, device);
        PairSource source = PairSource.Load(settings.Data, task.From, task.To, testOnly: true);
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
        return settings.Finish(new()
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
        }, terminal);
    }
}
