using System.Numerics;
using NativeRnn;

namespace Benchmarks;

/// <summary>
/// The least time that a case can take on this machine: its products at the peak of multiply-adds, or
/// its weights at the speed of the cache that they fit in, whichever is longer. Both are measured by
/// the library's own probe.
/// </summary>
internal sealed class Roofline
{
    private const long SmallestSet = 16 << 10;

    private readonly Dictionary<(int Threads, long Bytes), DeviceLimits> _limits = [];

    /// <summary>Measures what the cases need.</summary>
    public Roofline(IEnumerable<Case> cases)
    {
        foreach (IGrouping<int, (int, long Bytes)> group in
            cases.Select(Key).Distinct().Order().GroupBy(key => key.Threads))
        {
            using Device device = Device.Cpu(group.Key);
            foreach ((int, long Bytes) key in group)
            {
                _limits[key] = device.MeasureLimits(key.Bytes);
            }
        }
    }

    /// <summary>A line for each number of threads and size of a working set.</summary>
    public IEnumerable<string> Lines() =>
        from limit in _limits
        select $"{limit.Key.Threads} thread{(limit.Key.Threads > 1 ? "s" : "")}, " +
            $"{limit.Key.Bytes >> 10} KiB each: {limit.Value.Gflops:F0} GFLOP/s, " +
            $"{limit.Value.GigabytesPerSecond:F0} GB/s";

    /// <summary>Multiply-adds at a number of threads, GFLOP/s: the best of all measurements.</summary>
    public double Gflops(int threads) =>
        _limits.Where(limit => limit.Key.Threads == threads).Max(limit => limit.Value.Gflops);

    public double FloorMilliseconds(Case one)
    {
        (int Threads, long) key = Key(one);
        double products = one.Flops / (Gflops(key.Threads) * 1e9);
        double weights = one.Bytes / (_limits[key].GigabytesPerSecond * 1e9);
        return Math.Max(products, weights) * 1e3;
    }

    // NativeRnn's stream is the work of one thread, whatever the peers may use.
    private static (int Threads, long Bytes) Key(Case one) => (
        one.Mode == Mode.Stream ? 1 : one.Threads,
        (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(one.WorkingSet, SmallestSet)));
}
