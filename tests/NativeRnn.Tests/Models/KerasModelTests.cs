using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Models;

/// <summary>Models in the files of Keras 1, 2 and 3 give what Keras' equations give.</summary>
public sealed class KerasModelTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly Device _device = TestDevice.Open();

    public static TheoryData<string> Files() => [.. KerasFixture.All.Select(fixture => fixture.Name)];

    public void Dispose() => _device.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Load_GivesTheOutputsOfKerasEquations(string name)
    {
        TestDevice.SkipOptionsOnCuda();
        KerasFixture fixture = KerasFixture.Of(name);

        Sequential model = KerasModel.Load(fixture.Path, _device);

        AssertGives(fixture, model);
    }

    [SkippableTheory]
    [InlineData("text.keras", "text.weights.h5")]
    [InlineData("text.keras", "text.keras")]
    [InlineData("text.h5", "text.h5")]
    [InlineData("gru-2.1.h5", "gru-2.1-weights.h5")]
    public void LoadWeights_OfTheSameModel_GivesItsOutputs(string architecture, string weights)
    {
        TestDevice.SkipOptionsOnCuda();
        KerasFixture fixture = KerasFixture.Of(architecture);
        Sequential model = KerasModel.Load(fixture.Path, _device);
        foreach (Parameter parameter in model.Parameters())
        {
            parameter.Value.Fill(0.25f);
        }

        KerasModel.LoadWeights(model, KerasFixture.PathOf(weights), _device);

        AssertGives(fixture, model);
    }

    [SkippableFact]
    public void LoadWeights_OfAModelMadeByHand_BuildsItsLayers()
    {
        TestDevice.SkipOptionsOnCuda();
        Sequential model =
        [
            new Embedding(9, 4, maskZero: true, device: _device),
            new Bidirectional(new Lstm(3, returnSequences: true, options: new RecurrentOptions
            {
                RecurrentActivation = GateActivation.HardSigmoid(1f / 6),
            })),
            new LayerNormalization(1e-3f),
            new TimeDistributed(new Dense(5, Activation.Tanh)),
            new Gru(4),
            new Dense(3, Activation.Softmax),
        ];

        KerasModel.LoadWeights(model, KerasFixture.PathOf("text.weights.h5"), _device);

        AssertGives(KerasFixture.Of("text.keras"), model);
    }

    [Fact]
    public void LoadWeights_OfOtherSizes_ChangesNothing()
    {
        Sequential model = KerasModel.Load(KerasFixture.PathOf("chain.h5"), _device);
        Sequential other = [model.Layers[0], new Dense(3)];
        float[] before = model.Layers[0].Parameters().Single().Value.ToArray();

        var failure = Assert.Throws<ModelFormatException>(
            () => KerasModel.LoadWeights(other, KerasFixture.PathOf("chain.h5"), _device));

        Assert.Contains("[4, 2], should be [*, 3]", failure.Message);
        Assert.Equal(before, model.Layers[0].Parameters().Single().Value.ToArray());
    }

    [Fact]
    public void LoadWeights_OfALayerThatKerasHasNot_IsRefused()
    {
        Sequential model = [new MinGru(3, 4, device: _device)];

        var failure = Assert.Throws<ArgumentException>(
            () => KerasModel.LoadWeights(model, KerasFixture.PathOf("chain.h5"), _device));

        Assert.Equal("model", failure.ParamName);
        Assert.Contains("MinGru", failure.Message);
    }

    [SkippableFact]
    public void Load_ThenFit_TrainsOn()
    {
        TestDevice.SkipOptionsOnCuda();
        KerasFixture fixture = KerasFixture.Of("gru-2.1.h5");
        Sequential model = KerasModel.Load(fixture.Path, _device);
        model.Compile(new MeanSquaredError(), new Adam(0.01f));
        Tensor x = fixture.InputOn(_device), y = Tensor.Full([fixture.InputShape[0], 1], 0.5f, _device);

        double before = model.Evaluate(x, y).Loss;
        model.Fit(x, y, epochs: 20);

        Assert.True(model.Evaluate(x, y).Loss < before / 2);
    }

    [Fact]
    public void Load_OfWeightsOnly_SaysWhatToCall()
    {
        var failure = Assert.Throws<ModelFormatException>(
            () => KerasModel.Load(KerasFixture.PathOf("text.weights.h5"), _device));

        Assert.Contains("LoadWeights", failure.Message);
    }

    [Fact]
    public void Load_OfNoFile_IsFileNotFound() =>
        Assert.Throws<FileNotFoundException>(() => KerasModel.Load(KerasFixture.PathOf("none.h5"), _device));

    [Fact]
    public void Load_OfAnotherFormat_SaysSo()
    {
        var failure = Assert.Throws<ModelFormatException>(
            () => KerasModel.Load(KerasFixture.PathOf("cases.json"), _device));

        Assert.Contains("no file of Keras", failure.Message);
    }

    private void AssertGives(KerasFixture fixture, Sequential model)
    {
        Tensor output = model.Predict(fixture.InputOn(_device));

        Assert.Equal(fixture.OutputShape, output.Shape.ToArray());
        Numbers.AssertClose(fixture.Output, output.ToArray(), Tolerance);
    }
}
