using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <summary>A training step of a language model.</summary>
[BenchmarkCategory(nameof(EndToEnd))]
public class EndToEnd : CaseBenchmark
{
    /// <summary>Made by BenchmarkDotNet.</summary>
    public EndToEnd()
        : base(Mode.Text)
    {
    }

    /// <summary>This library.</summary>
    [Benchmark(Baseline = true)]
    public void NativeRnn() => Run(Library.NativeRnn);

    /// <summary>LibTorch.</summary>
    [Benchmark]
    public void TorchSharp() => Run(Library.TorchSharp);
}
