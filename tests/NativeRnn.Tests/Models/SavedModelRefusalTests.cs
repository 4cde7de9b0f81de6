using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Models;

/// <summary>What is not saved, and how classes of the user's own are.</summary>
public sealed class SavedModelRefusalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Device _device = TestDevice.Open();

    private string ModelPath => _directory.File("model.safetensors");

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Save_OfALambda_NamesIt()
    {
        Sequential model = new(new Dropout(0.5f), new TimeDistributed(new Lambda(x => x)));

        NotSupportedException exception = Assert.Throws<NotSupportedException>(() => model.Save(ModelPath));

        Assert.Contains("'1.module' is a Lambda", exception.Message, StringComparison.Ordinal);
        Assert.Contains("SaveWeights", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(ModelPath));
    }

    [Fact]
    public void Save_OfAModelFromOnnx_NamesItsExport()
    {
        string onnx = _directory.File("model.onnx");
        OnnxModel.Export(new Linear(3, 2, device: _device), onnx, OnnxInput.Floats("x", "batch", 3));

        NotSupportedException exception =
            Assert.Throws<NotSupportedException>(() => OnnxModel.Load(onnx, _device).Save(ModelPath));

        Assert.Contains("OnnxModel.Export", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(ModelPath));
    }

    [Fact]
    public void Save_OfAClassThatIsNotRegistered_SaysHowTo()
    {
        Rnn model = new(new GatedSumCell(3, 2, 1, _device));

        NotSupportedException exception = Assert.Throws<NotSupportedException>(() => model.Save(ModelPath));

        Assert.Contains("'cell' is a GatedSumCell", exception.Message, StringComparison.Ordinal);
        Assert.Contains("SavedModel.Register<GatedSumCell>", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_OfAHalfBuiltModel_NamesTheLayer()
    {
        Sequential model = new(new Linear(3, 2, device: _device), new Dense(2));

        InvalidOperationException exception =
            Assert.Throws<InvalidOperationException>(() => model.Save(ModelPath));

        Assert.Contains("1 (Dense) is not built", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(ModelPath));
    }

    [Fact]
    public void Save_OfAConstraintOfTheUsersOwn_NamesTheWeights()
    {
        Linear model = new(3, 2, device: _device);
        model.SetConstraint(new NoChange(), "weight");

        NotSupportedException exception = Assert.Throws<NotSupportedException>(() => model.Save(ModelPath));

        Assert.Contains("'weight' is a NoChange", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_OfModulesTooDeep_Throws()
    {
        Module model = new Dropout(0.5f);
        for (int depth = 0; depth < 100; depth++)
        {
            model = new TimeDistributed(model);
        }

        Assert.Throws<InvalidOperationException>(() => model.Save(ModelPath));
        Assert.False(File.Exists(ModelPath));
    }

    [Fact]
    public void Save_IntoADirectoryThatIsNotThere_Throws() => Assert.Throws<DirectoryNotFoundException>(
        () => new Dropout(0.5f).Save(Path.Combine(_directory.File("none"), "model.safetensors")));

    [Fact]
    public void Load_OfAFileThatIsNotThere_Throws() =>
        Assert.Throws<FileNotFoundException>(() => SavedModel.Load(ModelPath, _device));

    [Fact]
    public void Register_MakesAClassKnown()
    {
        SavedModel.Register<Gated>(
            "tests.Gated",
            (layer, config) =>
            {
                config.Set("size", layer.Size);
                config.Set("factor", layer.Factor);
                config.Set("note", layer.Note);
                config.Set("numbers", [1, 2]);
                config.Set("yes", true);
                config.Set("inner", layer.Inner);
                config.SetModules("more", layer.More);
            },
            config =>
            {
                config.RequireWeight("scale", config.GetInt32("size"));
                Assert.Equal([1, 2], config.GetInt32s("numbers"));
                Assert.True(config.GetBoolean("yes"));
                Assert.False(config.Has("no"));
                return new Gated(
                    config.GetInt32("size"), config.GetSingle("factor"), config.GetText("note"),
                    config.GetModule<Sequential>("inner"), config.GetModules<Module>("more"), config.Device);
            });
        Gated gated = new(
            3, float.NegativeInfinity, "ü \ud83d\ude00 \"",
            new Sequential(new Linear(3, 3, device: _device)),
            [new Linear(3, 3, device: _device), new Dropout(0.5f)], _device);
        Sequential model = new(gated, new Linear(3, 2, device: _device));

        model.Save(ModelPath);
        Sequential loaded = SavedModel.Load<Sequential>(ModelPath, _device);

        Gated again = Assert.IsType<Gated>(loaded.Layers[0]);
        Assert.Equal((gated.Size, gated.Factor, gated.Note), (again.Size, again.Factor, again.Note));
        Tensor x = Numbers.Tensor(_device, 1, 2, 3);
        model.SetTraining(false);
        Assert.Equal(model.Forward(x).ToArray(), loaded.Forward(x).ToArray());
        Assert.Throws<ArgumentException>(
            () => SavedModel.Register<Gated>("tests.Other", (_, _) => { }, _ => again));
        Assert.Throws<ArgumentException>(() => SavedModel.Register<GatedSumCell>(
            "Lstm", (_, _) => { }, _ => new GatedSumCell(1, 1, 1, _device)));
    }

    [Theory]
    [InlineData("kind")]
    [InlineData("name")]
    [InlineData("same")]
    [InlineData("twice")]
    [InlineData("")]
    public void Set_OfAWrongName_Throws(string name)
    {
        if (ModuleKinds.Find(typeof(BadlyNamed)) is null)
        {
            SavedModel.Register<BadlyNamed>(
                "tests.BadlyNamed",
                (module, config) =>
                {
                    config.Set("twice", 1);
                    config.Set(module.Setting, 2);
                },
                _ => new BadlyNamed("a"));
        }

        Assert.ThrowsAny<ArgumentException>(() => new BadlyNamed(name).Save(ModelPath));
        Assert.False(File.Exists(ModelPath));
    }

    private sealed class NoChange : Constraint
    {
        public override void Apply(Tensor weights)
        {
        }
    }

    private sealed class BadlyNamed(string setting) : Module
    {
        public string Setting => setting;
    }

    private sealed class Gated : Module
    {
        private readonly Parameter _scale;

        public Gated(
            int size, float factor, string note, Sequential inner, IReadOnlyList<Module> more, Device device)
        {
            (Size, Factor, Note, Inner, More) = (size, factor, note, inner, more);
            _scale = Register(new Parameter("scale", Numbers.Tensor(device, 5, size)));
            Register("inside", inner);
            for (int index = 0; index < more.Count; index++)
            {
                Register($"more{index}", more[index]);
            }
        }

        public int Size { get; }

        public float Factor { get; }

        public string Note { get; }

        public Sequential Inner { get; }

        public IReadOnlyList<Module> More { get; }

        public override Tensor Forward(Tensor input) =>
            More.Aggregate(Inner.Forward(input), (x, module) => module.Forward(x)) * _scale.Value;
    }
}
