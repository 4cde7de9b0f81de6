using NativeRnn.Training;

namespace NativeRnn.Cli.Reporting;

/// <summary>A line for each epoch and, in a long one, every ten seconds: for files and pipes.</summary>
internal sealed class PlainTrainingDisplay(TextWriter output) : TrainingDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override T Show<T>(Func<IProgress<LanguageModelProgress>, T> work) =>
        work(new Lines(output));

    private sealed class Lines(TextWriter output) : IProgress<LanguageModelProgress>
    {
        private TimeSpan _next = Interval;

        public void Report(LanguageModelProgress value)
        {
            if (value.EpochFinished || value.Elapsed >= _next)
            {
                output.WriteLine($"{Epoch(value)}  {Numbers(value)}");
                _next = value.Elapsed + Interval;
            }
        }
    }
}
