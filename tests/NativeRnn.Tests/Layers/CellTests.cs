using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

public sealed class CellTests : IDisposable
{
    private const int Steps = 4;
    private const int Batch = 3;
    private const int Input = 5;
    private const int Hidden = 7;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<RnnCell, bool> Cells() => new()
    {
        { RnnCell.Lstm, true },
        { RnnCell.Gru, true },
        { RnnCell.Gru, false },
        { RnnCell.RnnTanh, true },
        { RnnCell.RnnRelu, true },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void Step_FollowsTheEquations(RnnCell kind, bool resetAfter)
    {
        FusedCell cell = Make(kind, resetAfter);
        float[] x = Numbers.Uniform(Steps * Batch * Input, 1);
        IReadOnlyList<Tensor> state =
            [.. cell.StateSizes.Select(size => Tensor.Zeros([Batch, size], _device))];
        Dictionary<string, Tensor> weights = cell.StateDict();
        Assert.Equal(["weight_ih", "weight_hh", "bias_ih", "bias_hh"], weights.Keys);
        Dictionary<string, Tensor> named =
            weights.ToDictionary(weight => $"{weight.Key}_l0", weight => weight.Value);
        PlainRecurrence[] plain =
        [
            .. Enumerable.Range(0, Batch).Select(
                _ => new PlainRecurrence(kind, resetAfter, Hidden).With(named, "l0")),
        ];

        for (int step = 0; step < Steps; step++)
        {
            int at = step * Batch * Input;
            CellOutput next = cell.Step(
                Tensor.From(x.AsSpan(at, Batch * Input), [Batch, Input], _device), state);
            state = next.State;
            double[] wanted =
            [
                .. plain.SelectMany((row, index) => row.Step(
                    [.. x.AsSpan(at + (index * Input), Input).ToArray().Select(v => (double)v)])),
            ];
            Numbers.AssertClose(wanted, next.Output.ToArray(), 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Step_Gradients_AreTheDifferences(RnnCell kind, bool resetAfter)
    {
        FusedCell cell = Make(kind, resetAfter);
        Tensor x = Numbers.Tensor(_device, 2, 2, Input).RequireGradient();
        Tensor[] state =
        [
            .. cell.StateSizes.Select(
                (size, index) => Numbers.Tensor(_device, 3 + index, 2, size).RequireGradient()),
        ];

        GradientCheck.Run(
            _device,
            () => cell.Step(x, cell.Step(x, state).State).State
                .Select(part => GradientCheck.WeightedSum(part, _device))
                .Aggregate((left, right) => left + right),
            [x, .. state, .. GradientCheck.ParametersOf(cell)]);
    }

    [Fact]
    public void Forward_ReadsLikePyTorch()
    {
        LstmCell lstm = new(Input, Hidden, seed: 1, device: _device);
        GruCell gru = new(Input, Hidden, seed: 1, device: _device);
        SimpleRnnCell plain = new(Input, Hidden, seed: 1, device: _device);
        Tensor x = Numbers.Tensor(_device, 1, Batch, Input);

        LstmState state = lstm.Forward(x, lstm.Forward(x, null));
        Tensor h = gru.Forward(x, gru.Forward(x));
        Tensor simple = plain.Forward(x, plain.Forward(x, null));

        Assert.Equal([Batch, Hidden], state.Hidden.Shape.ToArray());
        Assert.Equal([Batch, Hidden], state.Cell.Shape.ToArray());
        Assert.Equal([Batch, Hidden], h.Shape.ToArray());
        Assert.Equal([Batch, Hidden], simple.Shape.ToArray());
        Assert.Equal(lstm.Forward(x).ToArray(), lstm.Forward(x, null).Hidden.ToArray());
    }

    [Fact]
    public void WrongCalls_NameWhatIsWrong()
    {
        LstmCell cell = new(Input, Hidden, device: _device);
        Tensor x = Tensor.Zeros([Batch, Input], _device);

        Check(() => cell.Forward(Tensor.Zeros([Batch, 1, Input], _device)), "[B,5]");
        Check(() => cell.Forward(Tensor.Zeros([Batch, 4], _device)), "[B,5]");
        Check(() => cell.Forward(x, (Tensor.Zeros([Batch, 6], _device), x)), "[3, 7]");
        Check(() => cell.Step(x, [x]), "1 tensors, needs 2");
        Check(() => new LstmCell(Input, 0, device: _device), "hiddenSize");
        Check(() => new GruCell(0, Hidden, device: _device), "inputSize");
        Check(() => new SimpleRnnCell(1, 1, activation: Activation.Softmax), "activation");
    }

    [Fact]
    public void Constructor_WithDropoutOrZoneout_RefusesIt()
    {
        RecurrentOptions dropout = new() { RecurrentDropout = 0.5f };
        RecurrentOptions zoneout = new() { ZoneoutHidden = 0.1f };

        Check(() => new LstmCell(Input, Hidden, device: _device, options: zoneout), "ZoneoutHidden = 0.1");
        Check(() => new GruCell(Input, Hidden, device: _device, options: dropout), "RecurrentDropout = 0.5");
        Check(() => new SimpleRnnCell(Input, Hidden, device: _device, options: dropout), "set them to 0");
    }

    private static void Check(Func<object> call, string words)
    {
        ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
    }

    private FusedCell Make(RnnCell cell, bool resetAfter) => cell switch
    {
        RnnCell.Lstm => new LstmCell(Input, Hidden, seed: 2, device: _device),
        RnnCell.Gru => new GruCell(
            Input, Hidden, resetAfter: resetAfter, seed: 2, device: _device),
        RnnCell.RnnTanh => new SimpleRnnCell(Input, Hidden, seed: 2, device: _device),
        _ => new SimpleRnnCell(
            Input, Hidden, activation: Activation.Relu, seed: 2, device: _device),
    };
}
