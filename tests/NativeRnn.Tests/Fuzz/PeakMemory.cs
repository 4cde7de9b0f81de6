using System.Globalization;

namespace NativeRnn.Tests.Fuzz;

/// <summary>
/// What a piece of work took of memory, at most: the managed bytes that all threads allocated (garbage included, so
/// never too low, and memory that was asked for but not touched counts), or the growth of the process' resident memory
/// to its peak (native memory, mapped files), whichever is more. The peak is known on Linux only.
/// </summary>
internal sealed class PeakMemory
{
    private readonly long _managed;
    private readonly long _resident;

    private PeakMemory()
    {
        _resident = ResetPeak();
        _managed = GC.GetTotalAllocatedBytes();
    }

    internal static PeakMemory Start() => new();

    /// <summary>Bytes since the start.</summary>
    internal long Taken() => Math.Max(GC.GetTotalAllocatedBytes() - _managed, ReadPeak() - _resident);

    // The kernel takes the present size for the peak.
    private static long ResetPeak()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        File.WriteAllText("/proc/self/clear_refs", "5");
        return ReadPeak();
    }

    private static long ReadPeak()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:"));
        string number = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(number, CultureInfo.InvariantCulture) * 1024;
    }
}
