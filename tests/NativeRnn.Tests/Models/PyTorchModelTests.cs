using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Formats.PyTorch;

namespace NativeRnn.Tests.Models;

/// <summary>Layers and modules with the weights of PyTorch's files compute what PyTorch computes.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class PyTorchModelTests : IDisposable
{
    private const int Steps = 4;
    private const int Batch = 2;
    private const int Input = 2;
    private const int Hidden = 3;
    private const int Projected = 2;
    private const double Tolerance = 1e-5;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<string> Layers()
    {
        TheoryData<string> names = [];
        foreach (string kind in new[] { "lstm", "lstm_projected", "gru", "rnn_tanh", "rnn_relu" })
        {
            foreach (string sizes in new[] { "l1d1", "l1d2", "l2d1", "l2d2", "l3d1", "l3d2" })
            {
                names.Add($"{kind}_{sizes}");
            }
        }

        foreach (string type in new[] { "half", "bfloat16", "double", "no_bias" })
        {
            names.Add($"lstm_{type}");
            names.Add($"gru_{type}");
        }

        return names;
    }

    [SkippableTheory]
    [MemberData(nameof(Layers))]
    public void Load_OfALayersFile_MakesTheLayerWithPyTorchsOutputs(string name)
    {
        if (name.StartsWith("lstm_projected", StringComparison.Ordinal))
        {
            TestDevice.SkipOptionsOnCuda();
        }

        Activation activation = name.StartsWith("rnn_relu", StringComparison.Ordinal)
            ? Activation.Relu
            : Activation.Tanh;

        RecurrentLayer layer = PyTorchModel.Load(TorchFiles.PathOf(name), activation: activation, device: _device);

        Tensor x = TorchFiles.Expected.Tensor(_device, "x", Steps, Batch, Input);
        (Tensor y, Tensor h, Tensor? c) = Run(layer, x);
        AssertSizes(layer, name);
        AssertWithin($"{name}.y", y, Tolerance);
        AssertWithin($"{name}.h", h, Tolerance);
        if (c is not null)
        {
            AssertWithin($"{name}.c", c, Tolerance);
        }
    }

    [Fact]
    public void Load_WithBatchFirstAndDropout_MakesThemSo()
    {
        RecurrentLayer layer = PyTorchModel.Load(
            TorchFiles.PathOf("gru_l2d1"), batchFirst: true, dropout: 0.5f, device: _device);

        Assert.True(layer.BatchFirst);
        Assert.Equal(0.5f, layer.Dropout);
        Assert.Equal(2, layer.NumLayers);
    }

    [Fact]
    public void Load_WithAPrefix_TakesOneLayerOfMany()
    {
        string path = TorchFiles.PathOf("classifier");
        Dictionary<string, Tensor> all = PyTorchModel.StateDict(path, device: _device);

        RecurrentLayer byPrefix = PyTorchModel.Load(path, options: new() { Prefix = "gru." }, device: _device);
        RecurrentLayer onlyOne = PyTorchModel.Load(path, options: new() { Strict = false }, device: _device);

        foreach (RecurrentLayer layer in new[] { byPrefix, onlyOne })
        {
            Assert.IsType<Gru>(layer);
            foreach ((string name, Tensor tensor) in layer.StateDict())
            {
                Assert.Equal(all["gru." + name].ToArray(), tensor.ToArray());
            }
        }
    }

    [Theory]
    [InlineData("classifier", null, "classifier.pt: the state dict is not that of one nn.LSTM")]
    [InlineData("classifier", null, "embedding (Embedding or Linear), gru (GRU, 2 layers, 5 inputs, 4 hidden units")]
    [InlineData("classifier", "fc.", "weight_ih_l0 and weight_hh_l0 are not there")]
    [InlineData("classifier", "none.", "no name begins with 'none.'")]
    public void Load_OfOtherThanOneLayer_SaysWhatThereIs(string file, string? prefix, string message)
    {
        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => PyTorchModel.Load(
            TorchFiles.PathOf(file), options: new() { Prefix = prefix }, device: _device));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfWrongArguments_NamesThem()
    {
        string path = TorchFiles.PathOf("rnn_tanh_l1d1");

        Assert.Equal("activation", Assert.Throws<ArgumentOutOfRangeException>(
            () => PyTorchModel.Load(path, activation: Activation.Sigmoid)).ParamName);
        Assert.Equal("dropout", Assert.Throws<ArgumentOutOfRangeException>(
            () => PyTorchModel.Load(path, dropout: 1)).ParamName);
        Assert.Equal("path", Assert.Throws<ArgumentException>(() => PyTorchModel.Load("")).ParamName);
        Assert.Throws<FileNotFoundException>(() => PyTorchModel.Load(path + ".none"));
    }

    [Fact]
    public void LoadPyTorch_OfACheckpoint_FindsTheWeightsOfADataParallel()
    {
        RegressionModel model = new(_device);

        model.LoadPyTorch(TorchFiles.PathOf("checkpoint"));

        PyTorchValue saved = PyTorchFile.Load(TorchFiles.PathOf("checkpoint")).Value["model_state_dict"];
        foreach ((string name, Tensor tensor) in model.StateDict())
        {
            Assert.Equal(saved["module." + name].ToTensor().ToTensor(_device).ToArray(), tensor.ToArray());
        }
    }

    [Fact]
    public void LoadPyTorch_WithKeyAndRename_TakesTheTensorsThere()
    {
        string path = TorchFiles.PathOf("nested");
        RegressionModel model = new(_device);
        Lstm lstm = new(Input, 6, device: _device);

        model.LoadPyTorch(path, new() { Key = "trainer.networks.value" });
        lstm.LoadPyTorch(path, new() { Key = "trainer.networks.value", Prefix = "lstm." });

        PyTorchValue saved = PyTorchFile.Load(path).Value["trainer"]["networks"]["value"];
        Tensor wanted = saved["lstm.weight_ih_l0"].ToTensor().ToTensor(_device);
        Assert.Equal(wanted.ToArray(), model.StateDict()["lstm.weight_ih_l0"].ToArray());
        Assert.Equal(wanted.ToArray(), lstm.StateDict()["weight_ih_l0"].ToArray());

        Dictionary<string, Tensor> renamed = PyTorchModel.StateDict(path, new()
        {
            Key = "trainer.networks.value",
            Rename = new Dictionary<string, string> { ["lstm"] = "rnn", ["fc.weight"] = "out" },
        });
        Assert.Equal(
            ["rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0", "out", "fc.bias"],
            renamed.Keys);
    }

    [Theory]
    [InlineData("nested", null, "options.Key: trainer.networks.policy, trainer.networks.value")]
    [InlineData("nested", "trainer.actors", "no 'actors' beside 'networks'")]
    [InlineData("nested", "trainer.networks", "without tensors")]
    [InlineData("checkpoint", "epoch.a", "looked up in 17")]
    [InlineData("gru_l1d1", null, "missing: lstm.weight_ih_l0")]
    [InlineData("gru_l1d1", null, "unexpected: weight_ih_l0")]
    [InlineData("regression_wide", null, "of another shape: fc.weight (has Float32 [1, 6], needs Float32 [2, 6])")]
    public void LoadPyTorch_OfWhatDoesNotFit_NamesItAndChangesNothing(string file, string? key, string message)
    {
        bool wide = file == "regression_wide";
        RegressionModel model = new(_device, wide ? 2 : 1);
        float[][] before = [.. model.StateDict().Values.Select(tensor => tensor.ToArray())];
        string path = TorchFiles.PathOf(wide ? "regression" : file);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => model.LoadPyTorch(path, new() { Key = key }));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(path, exception.FilePath);
        Assert.Equal(before, model.StateDict().Values.Select(tensor => tensor.ToArray()));
    }

    [Fact]
    public void LoadPyTorch_NotStrict_TakesWhatFits()
    {
        Linear layer = new(6, 1, device: _device);

        layer.LoadPyTorch(TorchFiles.PathOf("regression"), new()
        {
            Rename = new Dictionary<string, string> { ["fc.bias"] = "bias" },
            Strict = false,
        });

        Assert.Equal(
            PyTorchFile.Load(TorchFiles.PathOf("regression")).Value["fc.bias"].ToTensor().ToTensor(_device).ToArray(),
            layer.Bias!.Value.ToArray());
    }

    [Fact]
    public void StateDict_OfAllTypes_GoesToSafetensorsAndBack()
    {
        string path = Path.Combine(Path.GetTempPath(), $"nativernn-{Guid.NewGuid():N}.safetensors");
        Dictionary<string, Tensor> state = PyTorchModel.StateDict(TorchFiles.PathOf("tensors"), device: _device);
        try
        {
            Safetensors.Save(path, state);
            SafetensorsFile back = Safetensors.Load(path, _device);

            Assert.Equal(state.Keys, back.Tensors.Keys);
            Assert.Equal(state["half"].ToArray(), back.Tensors["half"].ToArray());
            Assert.Equal(state["long"].ToInt32Array(), back.Tensors["long"].ToInt32Array());
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertSizes(RecurrentLayer layer, string name)
    {
        string[] words = name.Split('_');
        Assert.Equal(words[0], layer switch { Lstm => "lstm", Gru => "gru", _ => "rnn" });
        Assert.Equal((Input, Hidden), (layer.InputSize, layer.HiddenSize));
        Assert.Equal(words[^1] != "bias", layer.Bias);
        if (words[^1][0] == 'l')
        {
            Assert.Equal(words[^1], $"l{layer.NumLayers}d{(layer.Bidirectional ? 2 : 1)}");
        }

        Assert.Equal(
            name.Contains("projected", StringComparison.Ordinal) ? Projected : 0, layer.Settings.ProjectionSize);
    }

    private static (Tensor Y, Tensor H, Tensor? C) Run(RecurrentLayer layer, Tensor x)
    {
        if (layer is Lstm lstm)
        {
            (Tensor y, LstmState last) = lstm.Forward(x, null);
            return (y, last.Hidden, last.Cell);
        }

        (Tensor output, Tensor state) = layer is Gru gru
            ? gru.Forward(x, (Tensor?)null)
            : ((SimpleRnn)layer).Forward(x, (Tensor?)null);
        return (output, state, null);
    }

    private static void AssertWithin(string name, Tensor got, double tolerance)
    {
        double[] wanted = TorchFiles.Expected[name];
        float[] values = got.ToArray();
        Assert.Equal(wanted.Length, values.Length);
        Assert.All(
            values, (value, index) => Assert.InRange(value, wanted[index] - tolerance, wanted[index] + tolerance));
    }
}
