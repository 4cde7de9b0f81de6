using NativeRnn.Layers;

namespace NativeRnn.Tests.Golden;

/// <summary>
/// Recurrent layers against PyTorch: parameters by PyTorch's names, outputs, last states and the
/// gradients of input, initial states and each parameter.
/// </summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class RecurrentGoldenTests : IDisposable
{
    private const int Steps = 4;
    private const int Batch = 3;
    private const int Input = 2;
    private const int Hidden = 3;
    private const int Projected = 2;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<string, int, int, bool> Cases()
    {
        TheoryData<string, int, int, bool> cases = [];
        foreach (string kind in new[] { "lstm", "lstm_projected", "gru", "rnn_tanh", "rnn_relu" })
        {
            foreach (int layers in new[] { 1, 2, 3 })
            {
                foreach (int directions in new[] { 1, 2 })
                {
                    cases.Add(kind, layers, directions, false);
                    cases.Add(kind, layers, directions, true);
                }
            }
        }

        return cases;
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Layer_OfPyTorchsParameters_HasItsNumbers(
        string kind, int layers, int directions, bool withLengths)
    {
        if (kind == "lstm_projected")
        {
            TestDevice.SkipOptionsOnCuda();
        }

        GoldenFile golden = new($"{kind}_grid");
        string key = $"l{layers}d{directions}.";
        string prefix = key + (withLengths ? "lengths." : "full.");
        RecurrentLayer layer = Make(kind, layers, directions == 2);
        golden.Load(layer, key);
        int rows = layers * directions;
        int output = kind == "lstm_projected" ? Projected : Hidden;
        Tensor x = Leaf(golden, prefix + "x", Steps, Batch, Input);
        Tensor h0 = Leaf(golden, prefix + "h0", rows, Batch, output);
        Tensor? c0 = layer is Lstm ? Leaf(golden, prefix + "c0", rows, Batch, Hidden) : null;
        Tensor? lengths = withLengths
            ? Tensor.From(golden.Integers("lengths"), [Batch], _device)
            : null;

        using GradientTape tape = _device.Record();
        (Tensor y, Tensor hn, Tensor? cn) = Run(layer, x, h0, c0, lengths);
        Tensor loss = Weighted(golden, prefix + "y", y) + Weighted(golden, prefix + "hn", hn);
        tape.Backward(cn is null ? loss : loss + Weighted(golden, prefix + "cn", cn));

        golden.AssertClose(prefix + "y", y);
        golden.AssertClose(prefix + "hn", hn);
        golden.AssertClose(prefix + "x.grad", x.Gradient!);
        golden.AssertClose(prefix + "h0.grad", h0.Gradient!);
        golden.AssertGradients(layer, prefix);
        if (cn is not null)
        {
            golden.AssertClose(prefix + "cn", cn);
            golden.AssertClose(prefix + "c0.grad", c0!.Gradient!);
        }
    }

    private static (Tensor Y, Tensor H, Tensor? C) Run(
        RecurrentLayer layer, Tensor x, Tensor h0, Tensor? c0, Tensor? lengths)
    {
        if (layer is Lstm lstm)
        {
            (Tensor y, LstmState last) = lstm.Forward(x, (h0, c0!), lengths);
            return (y, last.Hidden, last.Cell);
        }

        (Tensor output, Tensor state) = layer is Gru gru
            ? gru.Forward(x, h0, lengths)
            : ((SimpleRnn)layer).Forward(x, h0, lengths);
        return (output, state, null);
    }

    private RecurrentLayer Make(string kind, int layers, bool both) => kind switch
    {
        "lstm" => new Lstm(Input, Hidden, layers, bidirectional: both, device: _device),
        "lstm_projected" => new Lstm(
            Input, Hidden, layers, bidirectional: both, projSize: Projected, device: _device),
        "gru" => new Gru(Input, Hidden, layers, bidirectional: both, device: _device),
        "rnn_tanh" => new SimpleRnn(Input, Hidden, layers, bidirectional: both, device: _device),
        _ => new SimpleRnn(
            Input, Hidden, layers, Activation.Relu, bidirectional: both, device: _device),
    };

    private Tensor Leaf(GoldenFile golden, string name, params int[] shape) =>
        golden.Tensor(_device, name, shape).RequireGradient();

    private Tensor Weighted(GoldenFile golden, string name, Tensor value) =>
        (value * golden.Tensor(_device, name + ".grad", value.Shape.ToArray())).Sum();
}
