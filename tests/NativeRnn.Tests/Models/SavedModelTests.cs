using System.Text.Json;
using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Cli;
using NativeRnn.Training;

namespace NativeRnn.Tests.Models;

public sealed class SavedModelTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Device _device = TestDevice.Open();

    private string ModelPath => _directory.File("model.safetensors");

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    public static TheoryData<string> CaseNames() => [.. SavedModelCases.All.Select(found => found.Name)];

    [SkippableTheory]
    [MemberData(nameof(CaseNames))]
    public void Save_ThenLoad_GivesTheSameModel(string name)
    {
        SavedModelCase found = SavedModelCases.All.Single(other => other.Name == name);
        if (name.Contains("options", StringComparison.Ordinal))
        {
            TestDevice.SkipOptionsOnCuda();
        }

        Module model = found.Make(_device);

        model.Save(ModelPath);
        Module loaded = SavedModel.Load(ModelPath, _device);

        Assert.Equal(model.GetType(), loaded.GetType());
        Assert.Equal(ModelWriter.Write(model), ModelWriter.Write(loaded));
        AssertSameWeights(model, loaded);
        Assert.False(loaded.Training);
        model.SetTraining(false);
        Assert.Equal(
            found.Run(model, _device).Select(Bits), found.Run(loaded, _device).Select(Bits));
    }

    [Fact]
    public void EveryPublicModule_IsInTheTable_OrRefused()
    {
        Type[] classes =
        [
            .. typeof(Module).Assembly.GetExportedTypes().Where(
                type => type.IsSubclassOf(typeof(Module)) && !type.IsAbstract),
        ];
        Assert.Contains(typeof(Sequential), classes);

        Type[] known = [.. classes.Where(type => ModuleKinds.Find(type) is not null)];
        Assert.Equal(
            ModuleKinds.Refused.Keys.Select(type => type.Name).Order(StringComparer.Ordinal),
            classes.Except(known).Select(type => type.Name).Order(StringComparer.Ordinal));
        Assert.All(known, type => Assert.Equal(type.Name, ModuleKinds.Find(type)!.Name));
        // And each of the table has a case above.
        using Device device = Device.Cpu(1);
        IEnumerable<Type> tested =
            SavedModelCases.All.Select(found => found.Make(device).GetType()).Distinct();
        Assert.Empty(known.Select(type => type.Name).Except(tested.Select(type => type.Name)));
    }

    [Fact]
    public void Load_OfASequential_HasItsSummary()
    {
        Sequential model = new(new Lstm(4, returnSequences: true), new GlobalMaxPool1d(), new Dense(2));
        model.Build([1, 3, 5], device: _device);

        model.Save(ModelPath);

        Assert.Equal(model.Summary(), SavedModel.Load<Sequential>(ModelPath, _device).Summary());
    }

    [Fact]
    public void Load_OfBits_KeepsPayloadsOfNaNAndSignsOfZero()
    {
        Linear layer = new(3, 2, device: _device);
        // Quiet and signalling NaNs, -0, the least number, infinity, the greatest number.
        int[] bits =
        [
            0x7FC12345, unchecked((int)0xFF800001), unchecked((int)0x80000000), 1, 0x7F800000, 0x7F7FFFFF,
        ];
        layer.Weight!.Value.Write([.. bits.Select(BitConverter.Int32BitsToSingle)]);

        layer.Save(ModelPath);
        Linear loaded = SavedModel.Load<Linear>(ModelPath, _device);

        Assert.Equal(bits, Bits(loaded.Weight!.Value));
    }

    [Fact]
    public void Load_OfALoadedModel_TrainsLikeTheFirst()
    {
        Sequential model = new(new Gru(4), new Dense(1));
        model.Build([1, 3, 2], device: _device);
        model.Save(ModelPath);
        Sequential loaded = SavedModel.Load<Sequential>(ModelPath, _device);
        Tensor x = Layers.Numbers.Tensor(_device, 1, 8, 3, 2);
        Tensor y = Layers.Numbers.Tensor(_device, 2, 8, 1);

        foreach (Sequential trained in new[] { model, loaded })
        {
            trained.Compile(new MeanSquaredError(), new Adam(0.01f));
            trained.Fit(x, y, epochs: 3, batchSize: 4);
        }

        Assert.Equal(
            model.History!.Epochs.Select(epoch => epoch.Training.Loss),
            loaded.History!.Epochs.Select(epoch => epoch.Training.Loss));
        AssertSameWeights(model, loaded);
    }

    [Fact]
    public void RegularizersAndConstraints_AreKept()
    {
        Lstm layer = new(3, 4, device: _device);
        layer.SetRegularizer(new L2(0.5f), WeightKinds.Input);
        layer.SetRegularizer(new L1(0.25f), WeightKinds.Bias);
        layer.SetRegularizer(new L1L2(0.125f, 2), WeightKinds.Recurrent);
        layer.SetConstraint(new MaxNorm(3, axis: 1), WeightKinds.Recurrent);
        layer.SetConstraint(new MaxNorm(0.5f), WeightKinds.Input);

        layer.Save(ModelPath);
        Lstm loaded = SavedModel.Load<Lstm>(ModelPath, _device);

        Assert.Equal(layer.Penalty(), loaded.Penalty());
        Assert.Equal(ModelWriter.Write(layer), ModelWriter.Write(loaded));
        Parameter weights = loaded.Parameters().Single();
        int index = weights.Views.ToList().FindIndex(view => view.Name == "weight_hh_l0");
        Assert.Equal(1, Assert.IsType<MaxNorm>(weights.ConstraintOf(index)).Axis);
        Assert.Equal(2, Assert.IsType<L1L2>(weights.RegularizerOf(index)).L2);
    }

    [Fact]
    public void File_IsOneSafetensorsFile_ThatOtherReadersRead()
    {
        Linear layer = new(3, 2, device: _device);

        layer.Save(ModelPath);

        Assert.Equal([ModelPath], Directory.GetFiles(Path.GetDirectoryName(ModelPath)!));
        SafetensorsFile file = Safetensors.Load(ModelPath, _device);
        Assert.Equal(["weight", "bias"], file.Tensors.Keys);
        using JsonDocument config = JsonDocument.Parse(file.Metadata[SavedModel.MetadataName]);
        Assert.Equal("Linear", config.RootElement.GetProperty("model").GetProperty("kind").GetString());
        Linear other = new(3, 2, device: _device);
        other.LoadWeights(ModelPath);
        AssertSameWeights(layer, other);
    }

    [Fact]
    public void Load_OfAnotherClass_SaysWhich()
    {
        new Linear(3, 2, device: _device).Save(ModelPath);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => SavedModel.Load<Sequential>(ModelPath, _device));

        Assert.Contains("a Linear, not a Sequential", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfWeightsAlone_SaysSo()
    {
        new Linear(3, 2, device: _device).SaveWeights(ModelPath);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => SavedModel.Load(ModelPath, _device));

        Assert.Contains("LoadWeights", exception.Message, StringComparison.Ordinal);
    }

    private static void AssertSameWeights(Module wanted, Module got)
    {
        Dictionary<string, Tensor> first = wanted.StateDict(), second = got.StateDict();
        Assert.Equal(first.Keys, second.Keys);
        Assert.All(first.Keys, name => Assert.Equal(Bits(first[name]), Bits(second[name])));
    }

    private static int[] Bits(Tensor tensor) => [.. tensor.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
