using NativeRnn.Models;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Models.Onnx;
using NativeRnn.Tests.Tensors;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>A test that loads graphs and compares them with ONNX Runtime.</summary>
public abstract class OnnxTest : TensorTest
{
    // Sums of some ten terms of about 1.
    private const float Tolerance = 1e-5f;

    private protected OnnxModule Load(OnnxGraph graph)
    {
        using TemporaryDirectory folder = new();
        return OnnxModel.Load(graph.Save(folder.File("model.onnx")), Device);
    }

    /// <summary>Runs a graph here and in ONNX Runtime: all outputs are alike.</summary>
    private protected void CheckAgainstOnnxRuntime(OnnxGraph graph)
    {
        using TemporaryDirectory folder = new();
        string path = graph.Save(folder.File("model.onnx"));
        Dictionary<string, Tensor> inputs = graph.InputsOn(Device);
        using OnnxRuntimeSession session = new(path);

        IReadOnlyDictionary<string, Tensor> outputs = OnnxModel.Load(path, Device).Run(inputs);

        foreach ((string name, (long[] shape, float[] values)) in session.Run(inputs))
        {
            Assert.Equal(shape, outputs[name].Shape.ToArray().Select(size => (long)size));
            CheckClose(values, outputs[name].ToArray(), name);
        }
    }

    private protected static void CheckClose(float[] wanted, float[] got, string name)
    {
        Assert.Equal(wanted.Length, got.Length);
        for (int k = 0; k < got.Length; k++)
        {
            float allowed = Tolerance * Math.Max(1, Math.Abs(wanted[k]));
            Assert.True(
                wanted[k].Equals(got[k]) || Math.Abs(wanted[k] - got[k]) <= allowed,
                $"{name}: element {k} is {got[k]}, should be {wanted[k]} +- {allowed}");
        }
    }
}
