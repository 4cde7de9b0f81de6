using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

/// <summary>Wrong calls of packed weights and streams: each names what is wrong.</summary>
public sealed class RnnStreamWrongCallsTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();
    private readonly Lstm _layer;
    private readonly RnnWeights _weights;
    private readonly RnnStream _stream;

    public RnnStreamWrongCallsTests()
    {
        _layer = new Lstm(2, 3, device: _device);
        _weights = _layer.Pack();
        _stream = _weights.OpenStream(2);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _weights.Dispose();
        _device.Dispose();
    }

    [Fact]
    public void Pack_OfAnUnknownStorage_Throws() => Assert.Equal(
        "storage",
        Assert.Throws<ArgumentOutOfRangeException>(() => _layer.Pack((WeightStorage)3)).ParamName);

    [Fact]
    public void Pack_BeforeTheFirstForward_Throws() => Assert.Contains(
        "first Forward",
        Assert.Throws<InvalidOperationException>(() => new Lstm(3).Pack()).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Pack_OfABidirectionalLayer_Throws()
    {
        Gru layer = new(2, 3, bidirectional: true, device: _device);

        Assert.Contains(
            "bidirectional", Assert.Throws<NotSupportedException>(() => layer.Pack()).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void OpenStream_OfNoRows_Throws(int batch) => Assert.Equal(
        "batch",
        Assert.Throws<ArgumentOutOfRangeException>(() => _weights.OpenStream(batch)).ParamName);

    [Theory]
    [InlineData(3, 6, "x holds 3 numbers, must hold 4")]
    [InlineData(8, 6, "x holds 8 numbers, must hold 4")]
    [InlineData(4, 7, "y holds 7 numbers, must hold 6")]
    [InlineData(4, 0, "y holds 0 numbers, must hold 6")]
    public void Step_OfAnotherLength_Throws(int x, int y, string message) =>
        AssertWrong(message, () => _stream.Step(new float[x], new float[y]));

    [Theory]
    [InlineData(0, 0, "x holds 0 numbers, must hold 4")]
    [InlineData(9, 12, "x holds 9 numbers, must hold 4")]
    [InlineData(8, 6, "y holds 6 numbers, must hold 12")]
    public void Run_OfAnotherLength_Throws(int x, int y, string message) =>
        AssertWrong(message, () => _stream.Run(new float[x], new float[y]));

    [Fact]
    public void Step_InPlace_Throws()
    {
        float[] memory = new float[10];

        AssertWrong("overlaps", () => _stream.Step(memory.AsSpan(0, 4), memory.AsSpan(3, 6)));
    }

    [Theory]
    [InlineData(5, 6, "h holds 5 numbers, must hold 6")]
    [InlineData(6, 0, "c holds 0 numbers, must hold 6")]
    public void State_OfAnotherLength_Throws(int h, int c, string message)
    {
        AssertWrong(message, () => _stream.CopyStateTo(new float[h], new float[c]));
        AssertWrong(message, () => _stream.SetState(new float[h], new float[c]));
    }

    [Fact]
    public void State_OfAGru_HasNoCell()
    {
        using RnnWeights weights = new Gru(2, 3, device: _device).Pack();
        using RnnStream stream = weights.OpenStream();

        AssertWrong(
            "c holds 3 numbers, must hold 0",
            () => stream.CopyStateTo(new float[3], new float[3]));
    }

    [Fact]
    public void Disposed_EveryUseThrows()
    {
        _stream.Dispose();
        _weights.Dispose();
        Action[] uses =
        [
            () => _stream.Step(new float[4], new float[6]),
            () => _stream.Run(new float[4], new float[6]),
            _stream.Reset,
            () => _stream.CopyStateTo(new float[6], new float[6]),
            () => _stream.SetState(new float[6], new float[6]),
            () => _weights.OpenStream(),
        ];

        Assert.All(uses, use => Assert.Throws<ObjectDisposedException>(use));
    }

    private static void AssertWrong(string message, Action call) => Assert.Contains(
        message, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
}
