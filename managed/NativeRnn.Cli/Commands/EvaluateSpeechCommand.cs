using System.CommandLine;
using System.Diagnostics;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Speech;
using static System.FormattableString;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn evaluate speech`: how often a model hears rightly.</summary>
internal static class EvaluateSpeechCommand
{
    public static Command Create(Terminal terminal)
    {
        var flags = new EvaluateFlags(
            ("A directory that `train speech` saved.", "DIR"),
            ("A directory as of `train speech`, whose index 0 to 4 is heard: no model is trained on those. If not given, the " +
                "computed sounds.", "DIR"));
        var command = new Command(
            "speech", "Let a model hear recordings with known digits, or strings joined from them, and print its errors.");
        flags.AddTo(command);
        command.SetAction(parsed => Run(flags.Read(parsed), terminal));
        return command;
    }

    private static int Run(EvaluateSettings settings, Terminal terminal)
    {
        SoundSource source = SoundSource.Load(settings.Data).RequireTest();
        using Device device = ToolDevice.Open(settings.Device);
        SpeechModel model = SpeechModel.Load(settings.Model, device);
        SpokenString[] sounds = source.Test(model.Task.Kind);
        terminal.Output.WriteLine(Invariant($"Data: {source.Split.Test.Length:N0} recordings of index 0 to 4, {source.Title}")
            + (model.Task.Kind == SpeechKind.String ? Invariant($"; joined to {sounds.Length:N0} strings.") : "."));

        Stopwatch clock = Stopwatch.StartNew();
        SpeechScore score = SpeechScore.Of(model, sounds);
        double seconds = clock.Elapsed.TotalSeconds;
        return settings.Finish(new()
        {
            Metrics = [.. score.Metrics, (model.Task.Kind == SpeechKind.String ? "strings" : "recordings", sounds.Length)],
            Seconds = seconds,
            Parameters = model.Network.ParameterCount,
            ExamplesPerSecond = sounds.Length / seconds,
            Seed = model.Task.Seed,
            Device = device,
        }, terminal);
    }
}
