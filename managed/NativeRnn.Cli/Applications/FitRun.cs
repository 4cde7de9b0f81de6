using NativeRnn.Training;

namespace NativeRnn.Cli.Applications;

/// <summary>What a training run did.</summary>
/// <param name="History">Its epochs.</param>
/// <param name="Seconds">It took, validation included.</param>
/// <param name="Examples">Rows that were trained on, those of each epoch counted.</param>
/// <param name="IsInterrupted">Whether the user ended it; the model keeps what it has learnt.</param>
internal sealed record FitRun(History History, double Seconds, long Examples, bool IsInterrupted)
{
    public double ExamplesPerSecond => Seconds > 0 ? Examples / Seconds : 0;

    /// <summary>What the tool returns to the shell.</summary>
    public int Code => IsInterrupted ? ExitCode.Interrupted : ExitCode.Done;

    /// <summary>
    /// Fits a compiled model with a progress bar, within --max-seconds, and until the user interrupts it. The
    /// options' own callbacks, such as <see cref="EarlyStopping"/>, come after those. The device: where a model is that has
    /// no parameters yet.
    /// </summary>
    public static FitRun Of(
        Sequential model, Dataset data, int epochs, FitOptions options, RunSettings settings, Terminal terminal,
        CancellationToken cancellation, Device? device = null)
    {
        Meter meter = new();
        List<Callback> callbacks = [meter, new ProgressBar(terminal.Output, terminal.IsInteractive)];
        if (settings.MaxSeconds is { } seconds)
        {
            callbacks.Add(new TimeLimit(TimeSpan.FromSeconds(seconds)));
        }

        callbacks.AddRange(options.Callbacks);
        bool interrupted = false;
        try
        {
            model.Fit(
                data, epochs, options with { Callbacks = callbacks, Seed = settings.Seed }, device, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            interrupted = true;
        }

        History history = model.History!;
        if (history.StopReason is { } reason)
        {
            terminal.Output.WriteLine($"Stopped after epoch {history.Epochs.Count}: {reason}.");
        }

        return new FitRun(history, meter.Seconds, meter.Examples, interrupted);
    }

    private sealed class Meter : Callback
    {
        public double Seconds { get; private set; }

        public long Examples { get; private set; }

        public override void OnTrainEnd(TrainingContext context)
        {
            Seconds = context.Elapsed.TotalSeconds;
            Examples = (long)Math.Round(context.SamplesPerSecond * Seconds);
        }
    }
}
