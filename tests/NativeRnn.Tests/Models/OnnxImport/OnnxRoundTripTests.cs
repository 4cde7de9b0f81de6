using System.Runtime.InteropServices;
using NativeRnn.Models;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Models.Onnx;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>Models that are exported and loaded again: weights bit for bit, and the same outputs.</summary>
public sealed class OnnxRoundTripTests
{
    public static TheoryData<string> Names() => [.. OnnxCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_OfAnExportedModel_GivesItsWeightsAndOutputs(string name)
    {
        OnnxCase exported = OnnxCases.All[name]();
        using TemporaryDirectory folder = new();
        string path = folder.File("model.onnx");
        OnnxModel.Export(exported.Model, path, exported.Inputs, exported.Forward);
        exported.Model.SetTraining(false);

        OnnxModule loaded = OnnxModel.Load(path);

        CheckWeights(exported.Model.StateDict(), loaded.StateDict());
        Tensor[] inputs =
            [.. exported.Inputs.Select((input, place) => OnnxExportTests.Sample(input, 3, 7, seed: place))];
        IReadOnlyDictionary<string, Tensor> got = loaded.Run(
            exported.Inputs.Zip(inputs).ToDictionary(pair => pair.First.Name, pair => pair.Second));
        foreach ((string output, Tensor tensor) in exported.Forward(inputs))
        {
            Assert.Equal(tensor.Shape.ToArray(), got[output].Shape.ToArray());
            CheckClose(Floats(tensor), Floats(got[output]), output);
        }
    }

    // Some stand transposed in the file, and under other names: the same numbers, in any order.
    private static void CheckWeights(Dictionary<string, Tensor> wanted, Dictionary<string, Tensor> got)
    {
        HashSet<string> loaded = [.. got.Values.Select(SortedBits)];
        Assert.All(wanted, weight => Assert.True(
            loaded.Contains(SortedBits(weight.Value)), $"{weight.Key} is not among {string.Join(", ", got.Keys)}"));
    }

    private static string SortedBits(Tensor tensor)
    {
        float[] values = tensor.ToArray();
        Array.Sort(values);
        return Convert.ToHexString(MemoryMarshal.AsBytes<float>(values));
    }

    private static float[] Floats(Tensor tensor) =>
        tensor.DType == DType.Int32 ? [.. tensor.ToInt32Array()] : tensor.ToArray();

    private static void CheckClose(float[] wanted, float[] got, string output)
    {
        for (int k = 0; k < wanted.Length; k++)
        {
            Assert.True(
                Math.Abs(wanted[k] - got[k]) <= 1e-5f * (1 + Math.Abs(wanted[k])),
                $"{output}: number {k} is {got[k]}, must be {wanted[k]}");
        }
    }
}
