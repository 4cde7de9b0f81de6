using Microsoft.ML.OnnxRuntime;

namespace Benchmarks;

/// <summary>Opens models in ONNX Runtime.</summary>
internal static class OnnxSession
{
    public static InferenceSession Open(byte[] model, int threads)
    {
        using SessionOptions options = new()
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        // Its threads spin during a call as ever, but not for the 20 ms after one: by then the next
        // library has its turn.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        return new InferenceSession(model, options);
    }

    /// <summary>A tensor on an array, which it pins.</summary>
    public static OrtValue Value(float[] values, params long[] shape) =>
        OrtValue.CreateTensorValueFromMemory(values, shape);
}
