using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class PackedSequenceTests : IDisposable
{
    private const int Batch = 3;
    private const int Steps = 4;
    private const int Input = 2;
    private const int Hidden = 5;

    private static readonly int[] Lengths = [2, 4, 3];

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Pack_OfUnsortedSequences_LiesAsInPyTorch()
    {
        // Row b, step t holds 10 b + t.
        float[] values = [.. Enumerable.Range(0, 12).Select(at => (10f * (at / Steps)) + (at % Steps))];
        Tensor padded = Tensor.From(values, [Batch, Steps, 1], _device);

        PackedSequence packed =
            PackedSequence.Pack(padded, Lengths, batchFirst: true, enforceSorted: false);

        Assert.Equal([10f, 20, 0, 11, 21, 1, 12, 22, 13], packed.Data.ToArray());
        Assert.Equal([3, 3, 2, 1], packed.BatchSizes);
        Assert.Equal([1, 2, 0], packed.SortedIndices);
        Assert.Equal([2, 0, 1], packed.UnsortedIndices);
        Assert.Equal(Lengths, packed.Lengths);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pad_OfPacked_GivesThePaddedBack(bool batchFirst)
    {
        Tensor padded = Numbers.Tensor(
            _device, 1, batchFirst ? [Batch, Steps, Input] : [Steps, Batch, Input]);
        Tensor lengths = Tensor.From(Lengths, [Batch], _device);
        PackedSequence packed = PackedSequence.Pack(padded, lengths, batchFirst, false);

        (Tensor got, IReadOnlyList<int> given) = packed.Pad(batchFirst, -7, totalLength: 6);

        Assert.Equal(Lengths, given);
        float[] before = padded.ToArray();
        for (int row = 0; row < Batch; row++)
        {
            for (int step = 0; step < 6; step++)
            {
                int at = (batchFirst ? (row * Steps) + step : (step * Batch) + row) * Input;
                float[] wanted =
                    step < Lengths[row] ? before[at..(at + Input)] : [-7, -7];
                Assert.Equal(wanted, (batchFirst ? got[row, step] : got[step, row]).ToArray());
            }
        }
    }

    [Fact]
    public void PackSequencesAndPadSequences_AreThoseOfThePadded()
    {
        Tensor[] sequences = [.. Lengths.Select(
            (length, row) => Numbers.Tensor(_device, row, length, Input))];

        Tensor padded = PackedSequence.PadSequences(sequences, batchFirst: true, paddingValue: 3);
        PackedSequence packed = PackedSequence.PackSequences(sequences, enforceSorted: false);

        Assert.Equal(
            PackedSequence.Pack(padded, Lengths, true, false).Data.ToArray(),
            packed.Data.ToArray());
        Assert.Equal([Batch, Steps, Input], padded.Shape.ToArray());
        Assert.All(padded[0, 2..].ToArray(), value => Assert.Equal(3, value));
        Assert.Equal(sequences[0].ToArray(), padded[0, ..2].ToArray());
    }

    [Fact]
    public void PackAndPad_Gradients_AreTheDifferences()
    {
        Tensor padded = Numbers.Tensor(_device, 1, Batch, Steps, Input).RequireGradient();

        GradientCheck.Run(
            _device,
            () =>
            {
                PackedSequence packed = PackedSequence.Pack(padded, Lengths, true, false);
                return GradientCheck.WeightedSum(packed.Pad(true, 2).Padded, _device)
                    + GradientCheck.WeightedSum(packed.Data, _device);
            },
            padded);
    }

    public static TheoryData<string> Layers() => ["lstm", "lstm both", "gru stacked", "rnn backwards"];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_OnPackedSequences_GivesTheBitsOfEachAlone(string which)
    {
        Tensor[] sequences = [.. Lengths.Select(
            (length, row) => Numbers.Tensor(_device, row, length, Input))];
        RecurrentLayer layer = Make(which);

        (PackedSequence output, RecurrentState state) = layer.RunPacked(
            PackedSequence.PackSequences(sequences, enforceSorted: false), null);

        Assert.Equal(Lengths, output.Lengths);
        Tensor padded = output.Pad(batchFirst: true).Padded;
        for (int row = 0; row < Batch; row++)
        {
            RecurrentOutput alone = layer.Run(
                sequences[row].Reshape(Lengths[row], 1, Input), null, null);
            Assert.Equal(alone.Output.ToArray(), padded[row, ..Lengths[row]].ToArray());
            Assert.Equal(
                alone.State.Hidden.ToArray(), state.Hidden[.., row].ToArray());
        }
    }

    [Fact]
    public void Layer_OnPackedSequences_ReadsLikePyTorch()
    {
        Tensor[] sequences = [.. Lengths.Select(
            (length, row) => Numbers.Tensor(_device, row, length, Input))];
        PackedSequence packed = PackedSequence.PackSequences(sequences, enforceSorted: false);
        Lstm lstm = new(Input, Hidden, seed: 1, device: _device);
        Gru gru = new(Input, Hidden, seed: 1, device: _device);
        SimpleRnn rnn = new(Input, Hidden, seed: 1, device: _device);

        (PackedSequence output, LstmState state) = lstm.Forward(packed, null);
        (PackedSequence fromGru, Tensor h) = gru.Forward(packed, null);
        (PackedSequence fromRnn, _) = rnn.Forward(packed, h);

        Assert.Equal([9, Hidden], output.Data.Shape.ToArray());
        Assert.Equal([1, Batch, Hidden], state.Cell.Shape.ToArray());
        Assert.Equal(gru.Forward(packed).Data.ToArray(), fromGru.Data.ToArray());
        Assert.NotEqual(rnn.Forward(packed).Data.ToArray(), fromRnn.Data.ToArray());
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("rnn backwards")]
    public void Layer_OnPackedSequences_HasTheGradientsOfTheDifferences(string which)
    {
        Tensor padded = Numbers.Tensor(_device, 1, Batch, Steps, Input).RequireGradient();
        RecurrentLayer layer = Make(which);

        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(
                layer.Forward(PackedSequence.Pack(padded, Lengths, true, false)).Data, _device),
            [padded, .. GradientCheck.ParametersOf(layer)]);
    }

    [Fact]
    public void WrongCalls_NameWhatIsWrong()
    {
        Tensor padded = Tensor.Zeros([Batch, Steps, Input], _device);
        PackedSequence packed = PackedSequence.Pack(padded, Lengths, true, false);

        Check<ArgumentException>(() => PackedSequence.Pack(padded, Lengths, true), "enforceSorted");
        Check<ArgumentException>(() => PackedSequence.Pack(padded, [1, 2], true), "2 lengths for 3");
        Check<ArgumentException>(() => PackedSequence.Pack(padded, [4, 2, 0], true), "1 to 4, one is 0");
        Check<ArgumentException>(() => PackedSequence.Pack(padded, [5, 2, 1], true), "one is 5");
        Check<ArgumentException>(() => PackedSequence.Pack(padded, padded, true), "int32");
        Check<ArgumentException>(
            () => PackedSequence.Pack(Tensor.Zeros([3], _device), [1], true), "[B,T,..]");
        Check<ArgumentException>(() => PackedSequence.PackSequences([]), "no sequences");
        Check<ArgumentException>(
            () => PackedSequence.PackSequences([padded, Tensor.Zeros([0, 4, 2], _device)]), "[0, 4, 2]");
        Check<ArgumentException>(
            () => PackedSequence.PackSequences([padded, Tensor.Zeros([3, 4, 1], _device)]), "shapes");
        Check<ArgumentException>(() => packed.Pad(totalLength: 3).Padded, "totalLength");
        Check<InvalidOperationException>(() => new Gru(Hidden).Forward(packed), "returnSequences");
        Check<ArgumentNullException>(() => new Gru(Hidden).Forward((PackedSequence)null!), "input");
    }

    private static void Check<T>(Func<object> call, string words)
        where T : Exception
    {
        T thrown = Assert.ThrowsAny<T>(call);
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
    }

    private RecurrentLayer Make(string which) => which switch
    {
        "lstm" => new Lstm(Input, Hidden, seed: 1, device: _device),
        "lstm both" => new Lstm(Input, Hidden, bidirectional: true, seed: 1, device: _device),
        "gru stacked" => new Gru(Input, Hidden, 2, seed: 1, device: _device),
        _ => new SimpleRnn(
            Input, Hidden, seed: 1, device: _device,
            options: new RecurrentOptions { GoBackwards = true }),
    };
}
