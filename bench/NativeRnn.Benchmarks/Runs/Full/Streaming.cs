using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <summary>One step of one sequence; the state is kept.</summary>
[BenchmarkCategory(nameof(Streaming))]
public class Streaming : CaseBenchmark
{
    /// <summary>Made by BenchmarkDotNet.</summary>
    public Streaming()
        : base(Mode.Stream)
    {
    }

    /// <summary>This library.</summary>
    [Benchmark(Baseline = true)]
    public void NativeRnn() => Run(Library.NativeRnn);

    /// <summary>LibTorch.</summary>
    [Benchmark]
    public void TorchSharp() => Run(Library.TorchSharp);

    /// <summary>ONNX Runtime.</summary>
    [Benchmark]
    public void OnnxRuntime() => Run(Library.OnnxRuntime);
}
