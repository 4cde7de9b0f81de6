using NativeRnn.Models;
using NativeRnn.Tests.Cli;

namespace NativeRnn.Tests.Models.Onnx;

/// <summary>
/// Exported models give in ONNX Runtime what they give here, with sizes that the export has not seen.
/// </summary>
public sealed class OnnxExportTests
{
    private const int Vocabulary = 10;

    // A folder where the files stay: another program, such as ONNX' checker, may look at them.
    private static readonly string? KeptIn = Environment.GetEnvironmentVariable("NATIVERNN_KEEP_ONNX");

    public static TheoryData<string> Names() => [.. OnnxCases.All.Keys, .. OnnxCases.Sorting.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Export_InOnnxRuntime_GivesTheModelsOutputs(string name)
    {
        OnnxCase tested = (OnnxCases.All.GetValueOrDefault(name) ?? OnnxCases.Sorting[name])();
        using TemporaryDirectory folder = new();
        string path = folder.File("model.onnx");

        OnnxModel.Export(tested.Model, path, tested.Inputs, tested.Forward);

        tested.Model.SetTraining(false);
        Keep(path, name);
        using OnnxRuntimeSession session = new(path);
        foreach ((int batch, int steps) in new[] { (1, 6), (4, 9), (7, 33) })
        {
            Tensor[] inputs =
                [.. tested.Inputs.Select((input, place) => Sample(input, batch, steps, seed: place + steps))];
            Check(tested, inputs, session, $"{name}, batch {batch}, {steps} steps");
        }
    }

    [Fact]
    public void Export_WithRowsWithoutSteps_PassesTheirStatesOn()
    {
        OnnxCase tested = OnnxCases.All["lstm, states and lengths, two directions, two layers"]();
        using TemporaryDirectory folder = new();
        string path = folder.File("model.onnx");

        OnnxModel.Export(tested.Model, path, tested.Inputs, tested.Forward);

        using OnnxRuntimeSession session = new(path);
        Tensor[] inputs = [.. tested.Inputs.Select((input, place) => Sample(input, 3, 4, seed: place))];
        inputs[^1] = Tensor.From([0, 4, 1]);
        Check(tested, inputs, session, "lengths 0, 4 and 1");
    }

    private static void Check(OnnxCase tested, Tensor[] inputs, OnnxRuntimeSession session, string what)
    {
        IReadOnlyList<(string Name, Tensor Tensor)> wanted = tested.Forward(inputs);
        Dictionary<string, (long[] Shape, float[] Values)> got = session.Run(
            tested.Inputs.Zip(inputs).ToDictionary(pair => pair.First.Name, pair => pair.Second));
        Assert.Equal(wanted.Select(output => output.Name), session.Outputs);
        foreach ((string output, Tensor tensor) in wanted)
        {
            AssertClose(tensor, got[output], $"{what}: {output}");
        }
    }

    private static void AssertClose(Tensor wanted, (long[] Shape, float[] Values) got, string what)
    {
        Assert.Equal([.. wanted.Shape.ToArray()], got.Shape);
        float[] values = wanted.DType == DType.Int32
            ? [.. wanted.ToInt32Array()]
            : wanted.ToArray();
        for (int place = 0; place < values.Length; place++)
        {
            Assert.True(
                Math.Abs(values[place] - got.Values[place]) <= 1e-5f * (1 + Math.Abs(values[place])),
                $"{what}: number {place} is {got.Values[place]}, must be {values[place]}");
        }
    }

    internal static Tensor Sample(OnnxInput input, int batch, int steps, int seed)
    {
        int[] shape =
        [
            .. input.Axes.Select(axis => axis.Name switch
            {
                null => axis.Size,
                "batch" => batch,
                "time" => steps,
                _ => steps + 2,
            }),
        ];
        int count = shape.Aggregate(1, (product, size) => product * size);
        if (input.DType == DType.Float32)
        {
            float[] values = Layers.Numbers.Uniform(count, seed);
            for (int step = 1; step < count / 6 && input.Name == "padded"; step++)
            {
                values.AsSpan(step * 6, step * 7 % 3 == 0 ? 0 : 6 * (step * 5 % 2)).Clear();
            }

            return Tensor.From(values, shape);
        }

        Random random = new(seed);
        return Tensor.From(
            [.. Enumerable.Range(0, count).Select(_ =>
                input.Name == "lengths" ? random.Next(1, steps + 1) : random.Next(Vocabulary))],
            shape);
    }

    private static void Keep(string path, string name)
    {
        if (KeptIn is not null)
        {
            Directory.CreateDirectory(KeptIn);
            File.Copy(path, Path.Combine(KeptIn, $"{name.Replace(' ', '_')}.onnx"), overwrite: true);
        }
    }
}
