using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <summary>A whole sequence, without gradients.</summary>
[BenchmarkCategory(nameof(Forward))]
public class Forward : CaseBenchmark
{
    /// <summary>Made by BenchmarkDotNet.</summary>
    public Forward()
        : base(Mode.Forward)
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
