using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <summary>Forward, backward and a step of Adam.</summary>
[BenchmarkCategory(nameof(TrainStep))]
public class TrainStep : CaseBenchmark
{
    /// <summary>Made by BenchmarkDotNet.</summary>
    public TrainStep()
        : base(Mode.Train)
    {
    }

    /// <summary>This library.</summary>
    [Benchmark(Baseline = true)]
    public void NativeRnn() => Run(Library.NativeRnn);

    /// <summary>LibTorch.</summary>
    [Benchmark]
    public void TorchSharp() => Run(Library.TorchSharp);
}
