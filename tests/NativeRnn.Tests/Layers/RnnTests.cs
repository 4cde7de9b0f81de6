using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

public sealed class RnnTests : IDisposable
{
    private const int Batch = 3;
    private const int Steps = 4;
    private const int Input = 2;
    private const int Hidden = 3;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(false, new[] { 4, 4, 4 })]
    [InlineData(false, new[] { 2, 4, 1 })]
    [InlineData(true, new[] { 4, 4, 4 })]
    [InlineData(true, new[] { 2, 0, 4 })]
    public void Forward_OfAUsersCell_FollowsItsEquations(bool backwards, int[] lengths)
    {
        GatedSumCell cell = Cell();
        float[] x = Numbers.Uniform(Batch * Steps * Input, 1);
        Rnn layer = new(cell, returnSequences: true, goBackwards: backwards);

        CellOutput got = layer.Forward(
            Tensor.From(x, [Batch, Steps, Input], _device),
            null,
            Tensor.From(lengths, [Batch], _device));

        double[] wanted = new double[Batch * Steps * Hidden];
        for (int row = 0; row < Batch; row++)
        {
            double[][] steps = [.. StepsOf(x, row)[..lengths[row]]];
            (double[][] outputs, double[] m, double[] s) =
                cell.Plain(backwards ? [.. steps.Reverse()] : steps);
            for (int step = 0; step < outputs.Length; step++)
            {
                outputs[step].CopyTo(wanted, ((row * Steps) + step) * Hidden);
            }

            Numbers.AssertClose(m, got.State[0][row].ToArray(), 1e-5);
            Numbers.AssertClose(s, got.State[1][row].ToArray(), 1e-5);
        }

        Numbers.AssertClose(wanted, got.Output.ToArray(), 1e-5);
        Assert.Equal(lengths.Sum(), cell.RowsRun);
    }

    [Fact]
    public void Forward_WithoutSequences_GivesEachRowsLastOutput()
    {
        float[] x = Numbers.Uniform(Batch * Steps * Input, 1);
        Tensor input = Tensor.From(x, [Batch, Steps, Input], _device);
        Tensor lengths = Tensor.From([2, 0, 4], [Batch], _device);

        Tensor all = new Rnn(Cell(), returnSequences: true).Forward(input, null, lengths).Output;
        Tensor last = new Rnn(Cell()).Forward(input, null, lengths).Output;

        Assert.Equal(
            [.. all[0, 1].ToArray(), 0, 0, 0, .. all[2, 3].ToArray()], last.ToArray());
    }

    [Fact]
    public void Forward_TimeMajor_IsTheTransposed()
    {
        Tensor x = Numbers.Tensor(_device, 1, Batch, Steps, Input);

        Tensor wanted = new Rnn(Cell(), returnSequences: true).Forward(x);
        Tensor got = new Rnn(Cell(), returnSequences: true, batchFirst: false)
            .Forward(x.Transpose(0, 1));

        Assert.Equal(wanted.ToArray(), got.Transpose(0, 1).ToArray());
    }

    [Fact]
    public void Forward_OfAFusedCell_IsTheLayers()
    {
        LstmCell cell = new(Input, Hidden, seed: 1, device: _device);
        Lstm layer = new(Input, Hidden, batchFirst: true, seed: 1, device: _device);
        Tensor x = Numbers.Tensor(_device, 1, Batch, Steps, Input);
        Tensor lengths = Tensor.From([2, 4, 1], [Batch], _device);

        CellOutput got = new Rnn(cell, returnSequences: true).Forward(x, null, lengths);

        (Tensor output, LstmState state) = layer.Forward(x, null, lengths);
        Numbers.AssertClose(Doubles(output), got.Output.ToArray(), 1e-6);
        Numbers.AssertClose(Doubles(state.Hidden), got.State[0].ToArray(), 1e-6);
        Numbers.AssertClose(Doubles(state.Cell), got.State[1].ToArray(), 1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_OfAUsersCell_AreTheDifferences(bool backwards)
    {
        GatedSumCell cell = Cell();
        Rnn layer = new(cell, returnSequences: true, goBackwards: backwards);
        Tensor x = Numbers.Tensor(_device, 2, Batch, Steps, Input).RequireGradient();
        Tensor[] state =
        [
            Numbers.Tensor(_device, 3, Batch, Hidden).RequireGradient(),
            Numbers.Tensor(_device, 4, Batch, Hidden).RequireGradient(),
        ];
        Tensor lengths = Tensor.From([2, 4, 1], [Batch], _device);
        Tensor Loss()
        {
            CellOutput run = layer.Forward(x, state, lengths);
            return 0.1f * (GradientCheck.WeightedSum(run.Output, _device)
                + GradientCheck.WeightedSum(run.State[0], _device)
                + GradientCheck.WeightedSum(run.State[1], _device));
        }

        GradientCheck.Run(_device, Loss, [x, .. state, .. GradientCheck.ParametersOf(layer)]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_OfPackedSequences_IsThatOfThePadded(bool batchFirst)
    {
        Tensor x = Numbers.Tensor(_device, 1, batchFirst ? [Batch, Steps, Input] : [Steps, Batch, Input]);
        int[] lengths = [2, 4, 1];
        Rnn layer = new(Cell(), returnSequences: true, batchFirst: batchFirst);

        PackedSequence got = layer.Forward(PackedSequence.Pack(x, lengths, batchFirst, false));

        Tensor wanted = layer.Forward(x, null, Tensor.From(lengths, [Batch], _device)).Output;
        Assert.Equal(wanted.ToArray(), got.Pad(batchFirst).Padded.ToArray());
        Assert.Throws<InvalidOperationException>(() => new Rnn(Cell()).Forward(got));
    }

    [Fact]
    public void Stateful_Batches_ContinueEachOther_UntilReset()
    {
        Tensor x = Numbers.Tensor(_device, 1, Batch, Steps, Input);
        Tensor whole = new Rnn(Cell(), returnSequences: true).Forward(x);
        Rnn layer = new(Cell(), returnSequences: true, returnState: true, stateful: true);

        Assert.Equal(whole[.., ..1].ToArray(), layer.Forward(x[.., ..1]).ToArray());
        Assert.Equal(whole[.., 1..].ToArray(), layer.Forward(x[.., 1..]).ToArray());
        Assert.Equal(2, layer.LastState!.Count);
        layer.ResetStates();
        Assert.Equal(whole[.., ..1].ToArray(), layer.Forward(x[.., ..1]).ToArray());
    }

    [Fact]
    public void WrongCalls_NameWhatIsWrong()
    {
        Rnn layer = new(Cell());
        Tensor x = Tensor.Zeros([Batch, Steps, Input], _device);
        Tensor h = Tensor.Zeros([Batch, Hidden], _device);

        Check(() => layer.Forward(Tensor.Zeros([Batch, Input], _device)), "[B,T,..]");
        Check(() => layer.Forward(x, [h]), "1 tensors, needs 2");
        Check(() => layer.Forward(x, [h, x]), "[3, 3]");
        Check(() => layer.Forward(x, null, Tensor.From([1, 2, 5], _device)), "0 to 4, one is 5");
        Check(() => layer.Forward(x, null, Tensor.From([1, 2], _device)), "[3]");
        Check(() => layer.Forward(x, null, Tensor.From([0, 0, 0], _device)), "nothing to run");
        Check(() => new Rnn(new NoStateCell()), "state");
        Assert.Contains(
            "must be [3, 2]",
            Assert.Throws<InvalidOperationException>(
                () => new Rnn(new WrongCell()).Forward(x)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Twin",
            Assert.Throws<NotSupportedException>(
                () => new Bidirectional(new Rnn(new WrongCell()))).Message,
            StringComparison.Ordinal);
    }

    private static void Check(Func<object> call, string words)
    {
        ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
    }

    private static double[] Doubles(Tensor tensor) =>
        [.. tensor.ToArray().Select(value => (double)value)];

    private static double[][] StepsOf(float[] x, int row) =>
        [.. x[(row * Steps * Input)..((row + 1) * Steps * Input)]
            .Chunk(Input).Select(step => step.Select(v => (double)v).ToArray())];

    private GatedSumCell Cell() => new(Input, Hidden, 1, _device);

    private sealed class NoStateCell : RecurrentCell
    {
        public override IReadOnlyList<int> StateSizes => [];

        public override CellOutput Step(Tensor x, IReadOnlyList<Tensor> state) => new(x, state);
    }

    private sealed class WrongCell : RecurrentCell
    {
        public override IReadOnlyList<int> StateSizes => [2];

        public override CellOutput Step(Tensor x, IReadOnlyList<Tensor> state) =>
            new(x, [x[.., ..1]]);
    }
}
