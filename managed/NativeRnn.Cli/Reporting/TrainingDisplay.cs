using System.Globalization;
using NativeRnn.Training;

namespace NativeRnn.Cli.Reporting;

/// <summary>Shows how a training run goes on.</summary>
internal abstract class TrainingDisplay
{
    /// <summary>A moving bar where a person watches, else plain lines.</summary>
    public static TrainingDisplay For(Terminal terminal) => terminal.IsInteractive
        ? new LiveTrainingDisplay(terminal.Ansi())
        : new PlainTrainingDisplay(terminal.Output);

    /// <summary>Runs the work and shows what it reports until it ends.</summary>
    public abstract T Show<T>(Func<IProgress<LanguageModelProgress>, T> work);

    /// <summary>The share of the run that is over, by its time.</summary>
    protected static double Share(LanguageModelProgress progress)
    {
        double whole = (progress.Elapsed + progress.Remaining).TotalSeconds;
        return whole > 0 ? progress.Elapsed.TotalSeconds / whole : 0;
    }

    /// <summary>"loss 1.512  validation 1.630  31,500 chars/s  2:05 left".</summary>
    protected static string Numbers(LanguageModelProgress progress)
    {
        string validation = progress.ValidationLoss is { } loss
            ? Invariant($"  validation {loss:0.000}")
            : "";
        return Invariant($"loss {progress.Loss:0.000}{validation}  ")
            + Invariant($"{progress.CharactersPerSecond:N0} chars/s  {Clock(progress.Remaining)} left");
    }

    /// <summary>"epoch 3/20".</summary>
    protected static string Epoch(LanguageModelProgress progress) =>
        Invariant($"epoch {progress.Epoch}/{progress.Epochs}");

    private static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? Invariant($"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : Invariant($"{time.Minutes}:{time.Seconds:00}");

    private static string Invariant(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);
}
