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
        var model = new Option<string>("--model")
        {
            Description = "A directory that `train speech` saved.",
            HelpName = "DIR",
            Required = true,
        };
        var data = new Option<string?>("--data")
        {
            Description = "A directory as of `train speech`, whose index 0 to 4 is heard: no model is trained on those. If " +
                "not given, the computed sounds.",
            HelpName = "DIR",
        };
        Option<int> threads = RangedOption.Create(
            "--threads", "Threads of the CPU; 0: one for each of its CPUs.", 0, 0, 1024);
        var json = new Option<string?>("--json") { Description = "Writes the results to a file.", HelpName = "FILE" };
        var flags = new DeviceFlags();
        var command = new Command(
            "speech", "Let a model hear recordings with known digits, or strings joined from them, and print its errors.")
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
        SoundSource source = SoundSource.Load(data).RequireTest();
        using Device device = ToolDevice.Open(where);
        SpeechModel model = SpeechModel.Load(directory, device);
        SpokenString[] sounds = source.Test(model.Task.Kind);
        terminal.Output.WriteLine(Invariant($"Data: {source.Split.Test.Length:N0} recordings of index 0 to 4, {source.Title}")
            + (model.Task.Kind == SpeechKind.String ? Invariant($"; joined to {sounds.Length:N0} strings.") : "."));

        Stopwatch clock = Stopwatch.StartNew();
        SpeechScore score = SpeechScore.Of(model, sounds);
        double seconds = clock.Elapsed.TotalSeconds;
        RunReport report = new()
        {
            Metrics = [.. score.Metrics, (model.Task.Kind == SpeechKind.String ? "strings" : "recordings", sounds.Length)],
            Seconds = seconds,
            Parameters = model.Network.ParameterCount,
            ExamplesPerSecond = sounds.Length / seconds,
            Seed = model.Task.Seed,
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
