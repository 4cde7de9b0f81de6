using System.Diagnostics;

namespace Benchmarks;

/// <summary>Times calls: clock, processor time of the whole process, managed memory.</summary>
internal sealed class Meter(string name)
{
    private readonly List<double> _seconds = [];
    private TimeSpan _processor;
    private long _bytes;

    public string Name { get; } = name;

    public double Best => _seconds.Min();

    public double Median
    {
        get
        {
            double[] sorted = [.. _seconds.Order()];
            return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
        }
    }

    /// <summary>
    /// Time of all processors on average for a call; unlike the clock's it does not tell of what
    /// else the machine does.
    /// </summary>
    public double Processor => _processor.TotalSeconds / _seconds.Count;

    /// <summary>Managed memory that a call takes, on the calling thread.</summary>
    public long BytesPerCall => _bytes / _seconds.Count;

    public T Run<T>(Func<T> call)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        T result = call();
        _seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        _processor += Environment.CpuUsage.TotalTime - processor;
        _bytes += GC.GetAllocatedBytesForCurrentThread() - bytes;
        return result;
    }

    /// <summary>As a line of the report and of the JSON.</summary>
    public SpeedResult Result(int characters, double flopsPerCharacter) => new(
        Name,
        characters / Median,
        characters / Best,
        characters / Processor,
        Median * 1e3,
        characters * flopsPerCharacter / Median / 1e9,
        BytesPerCall);
}

/// <summary>How fast a library was.</summary>
internal sealed record SpeedResult(
    string Library,
    double CharactersPerSecond,
    double BestCharactersPerSecond,
    double CharactersPerProcessorSecond,
    double MillisecondsPerCall,
    double Gflops,
    long ManagedBytesPerCall);
