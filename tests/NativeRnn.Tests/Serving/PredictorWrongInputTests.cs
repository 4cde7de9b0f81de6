using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Serving;
using NativeRnn.Tests.Cli;
using NativeRnn.Training;

namespace NativeRnn.Tests.Serving;

/// <summary>Every wrong input says which it was, what it was and what it should be.</summary>
public sealed class PredictorWrongInputTests : IDisposable
{
    private readonly Predictor _predictor = new(ServedModel.Create, ServedModel.Options with { MaxBatch = 2 });

    public void Dispose() => _predictor.Dispose();

    public static TheoryData<HostTensor[], string> WrongSamples() => new()
    {
        { [], "there are 0 samples, must be 1 to 2" },
        { [Good(), Good(), Good()], "there are 3 samples, must be 1 to 2" },
        { [Good(), null!], "samples[1]" },
        { [new[] { 1f, 2, 3 }], "samples[0] has the shape [3], must have [-1, 3], -1 being any" },
        { [new HostTensor(new float[8], 2, 4)], "samples[0] has the shape [2, 4], must have [-1, 3]" },
        { [new HostTensor(Array.Empty<float>(), 0, 3)], "samples[0] has the shape [0, 3]; it must not be empty" },
        { [Good(), ServedModel.Sample(1, steps: 4)], "samples[1] has the shape [4, 3], samples[0] [7, 3]" },
        { [new HostTensor(new int[3], 1, 3)], "samples[0] holds Int32, the predictor takes Float32" },
        { [Good(), With(float.NaN)], "element 5 of samples[1] is NaN, must be finite" },
        { [With(float.PositiveInfinity)], "element 5 of samples[0] is Infinity, must be finite" },
    };

    [Theory]
    [MemberData(nameof(WrongSamples))]
    public async Task Predict_OfWrongSamples_SaysWhatIsWrong(HostTensor[] samples, string message)
    {
        ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(() => _predictor.Predict(samples));
        ArgumentException later = await Assert.ThrowsAnyAsync<ArgumentException>(() => _predictor.PredictAsync(samples));

        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(thrown.Message, later.Message);
    }

    [Fact]
    public void Predict_OfNull_Throws()
    {
        Assert.Throws<ArgumentNullException>(() => _predictor.Predict((IReadOnlyList<HostTensor>)null!));
        Assert.Throws<ArgumentNullException>(() => _predictor.Predict((HostTensor)null!));
    }

    [Fact]
    public void Options_OutOfRange_NameThemselves()
    {
        foreach ((PredictorOptions options, string name) in new (PredictorOptions, string)[]
        {
            (new() { Replicas = -1 }, nameof(PredictorOptions.Replicas)),
            (new() { QueueLimit = -1 }, nameof(PredictorOptions.QueueLimit)),
            (new() { MaxBatch = 0 }, nameof(PredictorOptions.MaxBatch)),
            (new() { QueueTimeout = TimeSpan.FromSeconds(-2) }, nameof(PredictorOptions.QueueTimeout)),
            (new() { QueueTimeout = TimeSpan.FromDays(30) }, nameof(PredictorOptions.QueueTimeout)),
            (new() { InputShape = [4, -2] }, nameof(PredictorOptions.InputShape)),
            (new() { Device = null! }, nameof(PredictorOptions.Device)),
        })
        {
            ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(
                () => new Predictor(ServedModel.Create, options));
            Assert.Equal(name, thrown.ParamName);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Model_ThatIsStateful_IsRefused(bool fused)
    {
        NotSupportedException thrown = Assert.Throws<NotSupportedException>(() => new Predictor(device => new Sequential(
            fused
                ? new Lstm(3, 4, batchFirst: true, options: new RecurrentOptions { Stateful = true }, device: device)
                : new Rnn(new LstmCell(3, 4, device: device), stateful: true))));

        Assert.Contains(fused ? "layer 0 (Lstm) is stateful" : "layer 0 (Rnn) is stateful", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_ThatIsNotBuilt_IsRefused() => Assert.Contains(
        "0 (Lstm) is not built",
        Assert.Throws<InvalidOperationException>(() => new Predictor(_ => new Sequential(new Lstm(3)))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Model_OnAnotherDevice_IsRefused()
    {
        using Device other = Device.Cpu(threads: 1);
        Sequential shared = ServedModel.Create(other);

        Assert.Contains(
            "is on another device",
            Assert.Throws<InvalidOperationException>(() => new Predictor(_ => shared)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Model_ThatCantTakeTheShape_FailsWhenItIsLoaded() => Assert.Contains(
        "the model can't take samples of Float32 [-1, 4]",
        Assert.Throws<InvalidOperationException>(
            () => new Predictor(ServedModel.Create, new PredictorOptions { InputShape = [-1, 4] })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Model_WhoseOutputHasNoRows_IsRefused() => Assert.Contains(
        "the model gives [] for 1 samples",
        Assert.Throws<InvalidOperationException>(() => new Predictor(
            _ => new Lambda(x => x.Sum()), new PredictorOptions { InputShape = [2] })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Load_OfAWrongFile_NamesIt()
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("broken.safetensors");
        File.WriteAllText(path, "no model");

        Assert.Contains(path, Assert.Throws<ModelFormatException>(() => Predictor.Load(path)).Message, StringComparison.Ordinal);
        string missing = directory.File("missing.safetensors");
        Assert.Contains(
            missing, Assert.Throws<FileNotFoundException>(() => Predictor.Load(missing)).Message, StringComparison.Ordinal);
    }

    private static HostTensor Good() => ServedModel.Sample(1);

    private static HostTensor With(float value)
    {
        float[] values = new float[ServedModel.Steps * ServedModel.Width];
        values[5] = value;
        return new HostTensor(values, ServedModel.Steps, ServedModel.Width);
    }
}
