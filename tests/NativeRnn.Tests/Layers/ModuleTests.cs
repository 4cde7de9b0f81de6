using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class ModuleTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void NamedParameters_JoinTheNamesOfModules()
    {
        Pair model = new(_device, seed: 1);

        Assert.Equal(
            ["scale", "gru.weights", "out.weight", "out.bias"],
            model.NamedParameters().Select(named => named.Name));
        Assert.Equal(
            [string.Empty, "gru", "out"], model.NamedModules().Select(named => named.Name));
        Assert.Equal(1 + (9 * 7) + 18 + 24, model.ParameterCount);
    }

    [Fact]
    public void StateDict_LoadedIntoATwin_GivesTheSameOutput()
    {
        Pair model = new(_device, seed: 1);
        Pair twin = new(_device, seed: 2);
        Tensor x = Numbers.Tensor(_device, 1, 5, 2, 4);
        float[] wanted = model.Forward(x).ToArray();
        Assert.NotEqual(wanted, twin.Forward(x).ToArray());

        twin.LoadStateDict(model.StateDict());

        Assert.Equal(wanted, twin.Forward(x).ToArray());
    }

    [Fact]
    public void SaveWeights_ThenLoadWeights_GivesTheSameOutput()
    {
        string path = Path.Combine(Path.GetTempPath(), $"nativernn-{Guid.NewGuid():N}.safetensors");
        Pair model = new(_device, seed: 1);
        Pair twin = new(_device, seed: 2);
        Tensor x = Numbers.Tensor(_device, 1, 5, 2, 4);
        try
        {
            model.SaveWeights(path);
            twin.LoadWeights(path);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal(model.Forward(x).ToArray(), twin.Forward(x).ToArray());
    }

    [Fact]
    public void LoadStateDict_OfAnotherModel_NamesAllThatIsWrongAndChangesNothing()
    {
        Pair model = new(_device, seed: 1);
        Dictionary<string, Tensor> state = model.StateDict();
        Dictionary<string, Tensor> wrong = new(state)
        {
            ["out.weight"] = Tensor.From(new float[16], [2, 8], _device),
            ["extra"] = Tensor.From([1f], [1], _device),
            ["scale"] = Tensor.From([7f], [1], _device),
        };
        wrong.Remove("gru.bias_hh_l0");

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => model.LoadStateDict(wrong));

        Assert.Contains("missing: gru.bias_hh_l0", exception.Message, StringComparison.Ordinal);
        Assert.Contains("unexpected: extra", exception.Message, StringComparison.Ordinal);
        Assert.Contains(
            "out.weight (has Float32 [2, 8], needs Float32 [6, 3])",
            exception.Message, StringComparison.Ordinal);
        Assert.Equal([2f], model.StateDict()["scale"].ToArray());
    }

    [Fact]
    public void LoadStateDict_NotStrict_TakesWhatFits()
    {
        Pair model = new(_device, seed: 1);

        model.LoadStateDict(
            new Dictionary<string, Tensor>
            {
                ["scale"] = Tensor.From([7f], [1], _device),
                ["extra"] = Tensor.From([1f], [1], _device),
            },
            strict: false);

        Assert.Equal([7f], model.StateDict()["scale"].ToArray());
    }

    [Fact]
    public void SetTraining_ReachesAllModules()
    {
        Pair model = new(_device, seed: 1);

        model.SetTraining(false);

        Assert.All(model.NamedModules(), named => Assert.False(named.Module.Training));
    }

    [Fact]
    public void Parameters_OfASharedModule_AreThereOnce()
    {
        Linear shared = new(2, 2, device: _device);

        Assert.Equal(2, new Twice(shared).Parameters().Count());
    }

    [Fact]
    public void Parameters_OfAnUnbuiltLayer_SayWhichAndWhatToDo()
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => new Twice(new Dense(2)).Parameters().ToArray());

        Assert.Contains("first (Dense) is not built", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RandomSeed_Set_RepeatsTheWeights()
    {
        RandomSeed.Set(5);
        float[] first = new Linear(3, 3, device: _device).Weight!.Value.ToArray();
        float[] second = new Linear(3, 3, device: _device).Weight!.Value.ToArray();
        RandomSeed.Set(5);

        Assert.Equal(first, new Linear(3, 3, device: _device).Weight!.Value.ToArray());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void ZeroGrad_ClearsThemAll()
    {
        Pair model = new(_device, seed: 1);
        using (GradientTape tape = _device.Record())
        {
            tape.Backward(model.Forward(Numbers.Tensor(_device, 1, 5, 2, 4)).Sum());
        }

        Assert.All(
            model.Parameters(), parameter => Assert.Contains(
                parameter.Gradient.ToArray(), value => value != 0));
        model.ZeroGrad();

        Assert.All(
            model.Parameters(), parameter => Assert.All(
                parameter.Gradient.ToArray(), value => Assert.Equal(0, value)));
    }

    private sealed class Pair : Module
    {
        private readonly Parameter _scale;
        private readonly Gru _gru;
        private readonly Linear _out;

        public Pair(Device device, long seed)
        {
            _scale = Register(new Parameter("scale", Tensor.From([2f], [1], device)));
            _gru = Register("gru", new Gru(4, 3, seed: seed, device: device));
            _out = Register("out", new Linear(3, 6, seed: seed, device: device));
        }

        public override Tensor Forward(Tensor input) =>
            _out.Forward(_gru.Forward(input)) * _scale.Value;
    }

    private sealed class Twice : Module
    {
        public Twice(Module shared)
        {
            Register("first", shared);
            Register("second", shared);
        }
    }
}
