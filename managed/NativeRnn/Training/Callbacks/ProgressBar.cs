using System.Globalization;

namespace NativeRnn.Training;

/// <summary>
/// Shows how a training goes on. On a terminal it is one line that is written over, with a bar, the
/// loss, the throughput and the time left; elsewhere, plain lines: one an epoch, and one every ten
/// seconds of a long epoch.
/// </summary>
public sealed class ProgressBar : Callback
{
    private const int Cells = 24;
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    private readonly TextWriter _output;
    private readonly bool _isTerminal;
    private TimeSpan _next;
    private int _width;

    /// <summary>A display.</summary>
    /// <param name="output">Where to write; null: the console.</param>
    /// <param name="isTerminal">
    /// Whether a line can be written over; null: if it is the console and not redirected.
    /// </param>
    public ProgressBar(TextWriter? output = null, bool? isTerminal = null)
    {
        _output = output ?? Console.Out;
        _isTerminal = isTerminal ?? (output is null && !Console.IsOutputRedirected);
    }

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingContext context) =>
        (_next, _width) = (_isTerminal ? TimeSpan.Zero : PlainInterval, 0);

    /// <inheritdoc/>
    public override void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Elapsed < _next)
        {
            return;
        }

        _next = context.Elapsed + (_isTerminal ? TerminalInterval : PlainInterval);
        string numbers = Invariant($"loss {context.Loss:0.0000}{Speed(context)}");
        if (_isTerminal)
        {
            Overwrite($"{EpochOf(context)}  {Bar(context)}  {numbers}");
        }
        else
        {
            string batches = context.Batches > 0 ? Invariant($"/{context.Batches}") : string.Empty;
            _output.WriteLine(Invariant($"{EpochOf(context)}  batch {context.Batch}{batches}  {numbers}"));
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        string values = string.Join("  ", EpochValues.Of(result).Select(
            value => Invariant($"{value.Name} {value.Value:0.0000}")));
        string line = $"{EpochOf(context)}  {values}{Speed(context)}";
        if (_isTerminal)
        {
            Overwrite(line);
        }
        else
        {
            _output.Write(line);
        }

        _output.WriteLine();
        (_width, _next) = (0, _isTerminal ? TimeSpan.Zero : context.Elapsed + PlainInterval);
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingContext context)
    {
        // Cut off in the middle of an epoch: what comes next gets a line of its own.
        if (_width > 0)
        {
            _output.WriteLine();
        }

        _output.Flush();
    }

    private static string EpochOf(TrainingContext context) =>
        Invariant($"epoch {context.Epoch}/{context.Epochs}");

    private static string Bar(TrainingContext context)
    {
        if (context.Batches == 0)
        {
            return Invariant($"batch {context.Batch}");
        }

        double share = Math.Min(1, (double)context.Batch / context.Batches);
        int full = (int)(share * Cells);
        return Invariant($"[{new string('=', full)}{new string(' ', Cells - full)}] {100 * share,3:0}%");
    }

    private static string Speed(TrainingContext context) =>
        Invariant($"  {context.SamplesPerSecond:N0} samples/s")
        + (context.Remaining is TimeSpan left ? $"  {Clock(left)} left" : string.Empty);

    private static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? Invariant($"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : Invariant($"{time.Minutes}:{time.Seconds:00}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Overwrite(string line)
    {
        _output.Write('\r');
        _output.Write(line.PadRight(_width));
        _output.Flush();
        _width = line.Length;
    }
}
