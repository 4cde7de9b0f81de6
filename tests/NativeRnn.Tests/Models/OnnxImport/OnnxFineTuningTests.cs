using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Interop;
using NativeRnn.Training;

namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>Loaded models are trained on, saved and given inputs that don't fit.</summary>
public sealed class OnnxFineTuningTests : OnnxTest
{
    private const float Rate = 0.5f;

    [Fact]
    public void Step_OfALoadedModel_IsThatOfOurOwnLayers()
    {
        OnnxModule model = LoadGolden("classifier");
        Embedding embedding = new(11, 4, device: Device);
        Lstm lstm = new(4, 5, batchFirst: true, device: Device);
        Linear linear = new(5, 3, device: Device);
        TakeOver(model, "embedding.", embedding);
        TakeOver(model, model.NamedModules().Single(named => named.Module is Lstm).Name + ".", lstm);
        TakeOver(model, "out.", linear);
        Tensor tokens = Tensor.From([1, 0, 10, 4, 7, 7, 2, 3], [2, 4], Device);
        Tensor classes = Tensor.From([2, 0], [2], Device);
        Parameter[] own = [.. embedding.Parameters(), .. lstm.Parameters(), .. linear.Parameters()];
        Sgd loaded = new(model.Parameters(), Rate), ours = new(own, Rate);

        for (int step = 0; step < 5; step++)
        {
            float wanted = Step(
                ours, classes, () => linear.Forward(lstm.Forward(embedding.Forward(tokens))[.., ^1]));
            float got = Step(loaded, classes, () => model.Forward(tokens));
            Assert.Equal(wanted, got, 1e-5f);
        }

        CheckClose(embedding.Weight.Value.ToArray(), model.StateDict()["embedding.weight"].ToArray(), "table");
        CheckClose(
            lstm.StateDict()["weight_hh_l0"].ToArray(),
            model.StateDict().Single(entry => entry.Key.EndsWith(".weight_hh_l0", StringComparison.Ordinal))
                .Value.ToArray(),
            "weight_hh");
    }

    [Theory]
    [InlineData("lstm_two_bidirectional")]
    [InlineData("attention_14")]
    [InlineData("attention_17")]
    [InlineData("convolution")]
    [InlineData("lstm_unfolded")]
    public void Gradients_OfALoadedModel_AreTheDifferences(string name)
    {
        OnnxModule model = LoadGolden(name);
        int[] shape = [.. model.Inputs[0].Shape!.Select(size => size.Size ?? 4)];
        Tensor x = Tensor.RandomNormal(shape, seed: 3, device: Device);
        Assert.NotEmpty(model.Parameters());

        foreach ((string weight, Parameter parameter) in model.NamedParameters())
        {
            model.ZeroGrad();
            using (GradientTape tape = Device.Record())
                tape.Backward(Objective(model.Forward(x)));
            float[] values = parameter.Value.ToArray();
            int place = values.Length / 2;
            float got = parameter.Gradient.ToArray()[place];
            float wanted = Difference(parameter, values, place, () => Objective(model.Forward(x)).Item());
            Assert.True(Math.Abs(wanted - got) <= 2e-2 + (2e-2 * Math.Abs(wanted)), $"{weight}: {got}, {wanted}");
        }
    }

    [Fact]
    public void StateDict_SavedAndLoaded_GivesTheSameOutputs()
    {
        OnnxModule model = LoadGolden("classifier"), other = LoadGolden("classifier");
        Tensor tokens = Tensor.From([1, 0, 10, 4], [1, 4], Device);
        foreach (Parameter parameter in other.Parameters())
            parameter.Value.Fill(0.1f);

        other.LoadStateDict(model.StateDict());

        Assert.Equal(model.Forward(tokens).ToArray(), other.Forward(tokens).ToArray());
    }

    [Fact]
    public void Dropout_InTrainingOnly_Drops()
    {
        OnnxGraph graph = new OnnxGraph().Input("x", [50]).Number("rate", 0.5f)
            .Node("Dropout", "x,rate", "y").Output("y");
        OnnxModule model = Load(graph);
        Tensor x = Tensor.Ones([50], Device);

        Assert.Equal(x.ToArray(), model.Forward(x).ToArray());
        model.SetTraining(true);
        Assert.Contains(0f, model.Forward(x).ToArray());
    }

    [Fact]
    public void Forward_OfWrongInputs_NamesThem()
    {
        OnnxModule model = LoadGolden("lstm_states");
        Tensor x = Tensor.Zeros([5, 2, 3], Device), state = Tensor.Zeros([2, 2, 4], Device);

        CheckThrows<InvalidOperationException>(() => model.Forward(x), "3 inputs", "h0");
        CheckThrows<ArgumentException>(
            () => model.Run(new Dictionary<string, Tensor> { ["x"] = x, ["h0"] = state, ["z"] = state }),
            "missing: c0", "unknown: z");
        CheckThrows<ArgumentException>(
            () => model.Run(new Dictionary<string, Tensor> { ["x"] = x, ["h0"] = x, ["c0"] = state }),
            "'h0'", "[5,2,3]", "[2,2,4]");
        CheckThrows<ArgumentException>(
            () => model.Run(new Dictionary<string, Tensor>
            {
                ["x"] = Tensor.From([1], [1, 1, 1], Device), ["h0"] = state, ["c0"] = state,
            }),
            "'x'", "Int32", "Float32");
        // What the file does not fix is found by the node.
        CheckThrows<ArgumentException>(
            () => model.Run(new Dictionary<string, Tensor>
            {
                ["x"] = Tensor.Zeros([5, 3, 3], Device), ["h0"] = state, ["c0"] = state,
            }),
            "LSTM", "initial_h");
    }

    private static void TakeOver(OnnxModule model, string prefix, Module module) => module.LoadStateDict(
        model.StateDict().Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value));

    private static Tensor Objective(Tensor y) => (y * y.Square()).Sum() + y.Sum();

    private static float Difference(Parameter parameter, float[] values, int place, Func<float> function)
    {
        const float Delta = 1e-2f;
        float old = values[place];
        values[place] = old + Delta;
        parameter.Value.Write(values);
        float above = function();
        values[place] = old - Delta;
        parameter.Value.Write(values);
        float below = function();
        values[place] = old;
        parameter.Value.Write(values);
        return (above - below) / (2 * Delta);
    }

    private float Step(Sgd optimizer, Tensor classes, Func<Tensor> forward)
    {
        using GradientTape tape = Device.Record();
        Tensor loss = new CrossEntropyLoss().Evaluate(forward(), classes);
        tape.Backward(loss);
        float value = loss.Item();
        optimizer.Step();
        return value;
    }

    private OnnxModule LoadGolden(string name) =>
        OnnxModel.Load(NativeBuild.RepositoryFile($"tests/golden/onnx/{name}.onnx"), Device);
}
