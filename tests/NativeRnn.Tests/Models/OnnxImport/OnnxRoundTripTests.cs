using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Models.Onnx;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>Models that are exported and loaded again: weights bit for bit, and the same outputs.</summary>
public sealed class OnnxRoundTripTests
{
    public static TheoryData<string> Names() => [.. OnnxCases.All.Keys, .. OnnxCases.Sorting.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_OfAnExportedModel_GivesItsWeightsAndOutputs(string name)
    {
        OnnxCase exported = (OnnxCases.All.GetValueOrDefault(name) ?? OnnxCases.Sorting[name])();
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

    [Fact]
    public void Load_OfExportedRecurrentLayers_HasTheirBits()
    {
        using TemporaryDirectory folder = new();
        string path = folder.File("model.onnx");
        foreach (RecurrentLayer layer in new RecurrentLayer[]
        {
            new Lstm(3, 4, bidirectional: true), new Gru(3, 4), new Gru(3, 4, resetAfter: false), new SimpleRnn(3, 4),
            new Lstm(3, 4, options: new RecurrentOptions { Peephole = true }),
        })
        {
            OnnxModel.Export(layer, path, OnnxInput.Floats("x", "time", "batch", 3));

            Dictionary<string, Tensor> loaded = OnnxModel.Load(path).StateDict();

            foreach ((string name, Tensor weight) in layer.StateDict())
            {
                Tensor same = loaded.Single(entry => entry.Key.EndsWith("." + name, StringComparison.Ordinal)).Value;
                Assert.Equal(weight.Shape.ToArray(), same.Shape.ToArray());
                Assert.Equal(
                    weight.ToArray().Select(BitConverter.SingleToInt32Bits),
                    same.ToArray().Select(BitConverter.SingleToInt32Bits));
            }
        }
    }

    // Some stand transposed in the file, in parts, or with the other sign (i = 1 - f), and under other names.
    private static void CheckWeights(Dictionary<string, Tensor> wanted, Dictionary<string, Tensor> got)
    {
        HashSet<int> loaded = [.. got.Values.SelectMany(Magnitudes)];
        Assert.All(wanted, weight => Assert.True(
            loaded.IsSupersetOf(Magnitudes(weight.Value)), $"{weight.Key} is not in {string.Join(", ", got.Keys)}"));
        Assert.True(got.Values.Sum(weight => weight.Length) >= wanted.Values.Sum(weight => weight.Length));
    }

    private static int[] Magnitudes(Tensor tensor) =>
        Array.ConvertAll(tensor.ToArray(), value => BitConverter.SingleToInt32Bits(Math.Abs(value)));

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
