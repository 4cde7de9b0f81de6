namespace Benchmarks;

/// <summary>How thorough a run is.</summary>
internal enum RunKind
{
    /// <summary>BenchmarkDotNet.</summary>
    Full,

    /// <summary>A few calls of each case.</summary>
    Quick,

    /// <summary>Results are compared, nothing is timed.</summary>
    Check,
}
