using System.Diagnostics;
using NativeRnn.Formats;

namespace NativeRnn.Tests.Fuzz;

/// <summary>
/// What a loader may do with a file that nobody vouches for: load it, or throw <see cref="ModelFormatException"/> that
/// names the file and says what is wrong; within a second and 64 MB beyond the file's size.
/// </summary>
internal sealed class DamagedFile(string path, Action<string> load)
{
    internal static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    internal const long MostMemory = 64L << 20;

    /// <summary>Whether the loader took the file; null before <see cref="Complaint"/>.</summary>
    internal bool? Loaded { get; private set; }

    /// <summary>What the loader said of the file, if it refused it.</summary>
    internal string Refusal { get; private set; } = "";

    /// <summary>
    /// Loads the file; what the loader did wrong, or null. Other work on the machine can take time and memory too: only
    /// what is too much three times counts.
    /// </summary>
    internal string? Complaint()
    {
        string? complaint = null;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            if (attempt > 0)
                GC.Collect();
            PeakMemory memory = PeakMemory.Start();
            long start = Stopwatch.GetTimestamp();
            if (Try() is { } wrong)
                return wrong;
            complaint = Excess(Stopwatch.GetElapsedTime(start), memory.Taken());
            if (complaint is null)
                break;
        }
        return complaint;
    }

    private string? Try()
    {
        try
        {
            load(path);
            Loaded = true;
            return null;
        }
        catch (ModelFormatException exception)
        {
            Loaded = false;
            Refusal = exception.Message;
            return SaysEnough(exception) ? null : $"a message that does not name the file and what is wrong: {exception}";
        }
        catch (Exception exception)
        {
            return exception.ToString();
        }
    }

    private bool SaysEnough(ModelFormatException exception) =>
        exception.Message.Contains(path, StringComparison.Ordinal)
        && exception.Message.Replace(path, "").Trim(' ', ':').Length > 8;

    private string? Excess(TimeSpan time, long memory)
    {
        if (time > MostTime)
            return $"took {time.TotalSeconds:F2} s";
        long size = new FileInfo(path).Length;
        return memory > size + MostMemory ? $"took {memory >> 20} MB for a file of {size} bytes" : null;
    }
}
