using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

/// <summary>Wrong calls of IndRnn, MinGru and MinLstm name what is wrong.</summary>
public sealed class ScanLayerWrongCallsTests : IDisposable
{
    private static readonly Dictionary<string, (Action<Device> Call, string Argument, string Says)> Calls = new()
    {
        ["no units"] = (d => new MinGru(0), "units", "1 to 65536"),
        ["too many units"] = (d => new MinLstm(65537), "units", "1 to 65536"),
        ["no input"] = (d => new MinLstm(0, 4, device: d), "inputSize", "1 to 65536"),
        ["no hidden units"] = (d => new IndRnn(4, 0, device: d), "hiddenSize", "1 to 65536"),
        ["a sigmoid"] = (d => new IndRnn(4, activation: Activation.Sigmoid), "activation", "Relu or Tanh"),
        ["a matrix"] = (d => Make(d).Forward(Zeros(d, 3, 4)), "input", "[T,B,I]"),
        ["another size"] = (d => Make(d).Forward(Zeros(d, 2, 3, 5)), "input", "must be 4"),
        ["no steps"] = (d => Make(d).Forward(Zeros(d, 0, 3, 4)), "input", "at least 1"),
        ["indices"] = (d => Make(d).Forward(Tensor.From([1], [1, 1, 1], d)), "input", "Int32"),
        ["null"] = (d => Make(d).Forward(null!), "input", "null"),
        ["another state"] = (
            d => Make(d).Forward(Zeros(d, 2, 3, 4), Zeros(d, 1, 2, 6)), "state", "needs [1, 3, 6]"),
        ["a state of indices"] = (
            d => Make(d).Forward(Zeros(d, 2, 3, 4), Tensor.From([1], [1], d)), "state", "Int32"),
        ["too few lengths"] = (
            d => Make(d).Forward(Zeros(d, 2, 3, 4), null, Tensor.From([1, 2], [2], d)), "lengths", "needs [3]"),
        ["float lengths"] = (
            d => Make(d).Forward(Zeros(d, 2, 3, 4), null, Zeros(d, 3)), "lengths", "int32"),
        ["a length beyond the steps"] = (
            d => Make(d).Forward(Zeros(d, 2, 3, 4), null, Tensor.From([1, 3, 2], [3], d)),
            "lengths[1]", "is 3, must be 0 to 2"),
    };

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<string> Names() => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void WrongCall_Throws_NamingTheArgument(string name)
    {
        (Action<Device> call, string argument, string says) = Calls[name];

        ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(() => call(_device));

        Assert.Contains(argument, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(says, thrown.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static MinGru Make(Device device) => new(4, 6, device: device);

    private static Tensor Zeros(Device device, params int[] shape) => Tensor.Zeros(shape, device);
}
