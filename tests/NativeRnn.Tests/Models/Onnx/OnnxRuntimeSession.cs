using Microsoft.ML.OnnxRuntime;

namespace NativeRnn.Tests.Models.Onnx;

/// <summary>An ONNX file, run by ONNX Runtime on one thread of the CPU.</summary>
internal sealed class OnnxRuntimeSession : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxRuntimeSession(string path)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(path, options);
    }

    public IReadOnlyList<string> Outputs => _session.OutputNames;

    /// <summary>The outputs' shapes and numbers; integers become floats.</summary>
    public Dictionary<string, (long[] Shape, float[] Values)> Run(IReadOnlyDictionary<string, Tensor> inputs)
    {
        Dictionary<string, OrtValue> values = inputs.ToDictionary(input => input.Key, input => Of(input.Value));
        using RunOptions options = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, values, _session.OutputNames);
        foreach (OrtValue value in values.Values)
        {
            value.Dispose();
        }

        return _session.OutputNames.Zip(outputs).ToDictionary(pair => pair.First, pair => Read(pair.Second));
    }

    public void Dispose() => _session.Dispose();

    private static OrtValue Of(Tensor tensor)
    {
        long[] shape = [.. tensor.Shape.ToArray()];
        return tensor.DType == DType.Int32
            ? OrtValue.CreateTensorValueFromMemory(tensor.ToInt32Array(), shape)
            : OrtValue.CreateTensorValueFromMemory(tensor.ToArray(), shape);
    }

    private static (long[] Shape, float[] Values) Read(OrtValue value)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        float[] values = info.ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int32
            ? [.. value.GetTensorDataAsSpan<int>().ToArray()]
            : value.GetTensorDataAsSpan<float>().ToArray();
        return (info.Shape, values);
    }
}
