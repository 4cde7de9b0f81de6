namespace Benchmarks;

/// <summary>The libraries that are compared.</summary>
internal enum Library
{
    NativeRnn,
    TorchSharp,
    OnnxRuntime,
}
