using NativeRnn.Cli.Applications;
using NativeRnn.Data;
using NativeRnn.Plotting;
using NativeRnn.Training;
using static System.FormattableString;

namespace NativeRnn.Cli.Speech;

/// <summary>`train speech`: trains a model, tests it and saves it.</summary>
internal static class SpeechTraining
{
    private const int DigitStack = 2;
    private const int StringStack = 3;
    private const int Patience = 5;
    private const float ClipNorm = 5;

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(SpeechSettings settings, Terminal terminal, CancellationToken cancellation)
    {
        SoundSource source = SoundSource.Load(settings.Data).RequireAll();
        RunPlaces places = new(settings.Run, $"{source.Name}-{Name(settings.Kind)}");
        using Device device = ToolDevice.Open(settings.Run.Device);
        terminal.Output.WriteLine(Describe(settings, source, device));
        (SpeechModel model, FitRun run) = Train(settings, source, device, terminal, cancellation);
        model.Save(places.Directory);

        SpokenString[] test = source.Test(settings.Kind);
        SpeechScore score = SpeechScore.Of(model, test);
        (string name, double value) = SpeechScore.Of(model, source.Validation(settings.Kind)).Metrics[0];
        RunReport report = new()
        {
            Metrics = [.. score.Metrics, ($"val_{name}", value)],
            Seconds = run.Seconds,
            Parameters = model.Network.ParameterCount,
            ExamplesPerSecond = run.ExamplesPerSecond,
            Seed = settings.Run.Seed,
            Device = device,
            History = run.History,
        };
        report.Print(terminal);
        if (places.Json is not null)
        {
            report.Write(places.Json);
        }

        Draw(places, model, run, score, test[0]);
        string example = Path.Combine(places.Directory, "example.wav");
        WavFile.Write(example, test[0].Sound);
        places.Print(
            terminal.Output,
            ("Hear a recording", $"{CommandLine.Invocation} transcribe --model {places.Directory} {example}"));
        return run.Code;
    }

    private static (SpeechModel Model, FitRun Run) Train(
        SpeechSettings settings, SoundSource source, Device device, Terminal terminal, CancellationToken cancellation)
    {
        bool single = settings.Kind == SpeechKind.Digit;
        int stack = single ? DigitStack : StringStack;
        SpeechFeatures features = new(stack, device.Threads);
        Dataset training = features.ToDataset(
            source.Training(settings.Kind, settings.Strings, settings.Run.Seed), settings.Batch, single);
        Dataset validation = features.ToDataset(source.Validation(settings.Kind), settings.Batch, single);
        Sequential network = SpeechNetwork.Create(settings, training.BatchCount);
        FitRun run = FitRun.Of(
            network,
            training.Shuffle(settings.Run.Seed),
            settings.Epochs,
            new FitOptions
            {
                ValidationDataset = validation,
                ClipNorm = ClipNorm,
                Callbacks = [new EarlyStopping(patience: Patience, restoreBestWeights: true)],
            },
            settings.Run,
            terminal,
            cancellation,
            device);
        return (new SpeechModel(network, new SpeechTask(settings.Kind, stack, settings.Run.Seed), device), run);
    }

    private static void Draw(RunPlaces places, SpeechModel model, FitRun run, SpeechScore score, SpokenString spoken)
    {
        places.Draw("Loss curve", "loss.png", path => run.History.SavePicture(path));
        if (score is DigitScore digits)
        {
            places.Draw("Confusion matrix", "confusion.png", digits.Draw);
        }

        Transcript transcript = Transcript.Of(model, spoken.Sound);
        string title = $"said {string.Join(' ', spoken.Labels)}, heard {transcript.Text}";
        places.Draw("Transcript", "transcript.png", path => transcript.Draw(path, model.Features.Spectrogram, title));
    }

    private static string Name(SpeechKind kind) => kind == SpeechKind.Digit ? "digit" : "string";

    private static string Describe(SpeechSettings settings, SoundSource source, Device device)
    {
        SpeechSplit split = source.Split;
        int count = split.Training.Length + split.Validation.Length + split.Test.Length;
        string strings = settings.Kind == SpeechKind.Digit
            ? ""
            : Invariant($" Joined, of one speaker each, to {settings.Strings:N0} strings of 3 to 7 digits to learn from, and ")
                + Invariant($"{SoundSource.HeldStrings} for each of the other two.");
        return Invariant($"Data: {count:N0} recordings, {source.Title}; ")
            + Invariant($"{split.Test.Length:N0} of index 0 to 4 are the test set, ")
            + Invariant($"{split.Validation.Length:N0} of 5 to 9 decide when to stop.{strings}\n")
            + Invariant($"Model: {settings.Layers} bidirectional LSTM of 2 x {settings.Hidden}, ")
            + (settings.Kind == SpeechKind.Digit ? "their mean over time, " : "CTC, ")
            + Invariant($"on {ToolDevice.Describe(device)}, seed {settings.Run.Seed}. ")
            + "Ctrl-C saves what is trained by then.";
    }
}
