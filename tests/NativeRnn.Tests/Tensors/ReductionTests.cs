namespace NativeRnn.Tests.Tensors;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class ReductionTests : TensorTest
{
    public static TheoryData<int[], int> Axes => new()
    {
        { [5], 0 },
        { [3, 4], 0 },
        { [3, 4], 1 },
        { [3, 4], -1 },
        { [2, 3, 4], 1 },
        { [2, 1, 4], 1 },
        { [1, 1], 0 },
        { [70, 3], 0 },
    };

    [Theory]
    [MemberData(nameof(Axes))]
    public void SumMeanMax_AlongAnAxis_MatchLoopsAndHaveGradients(int[] shape, int axis)
    {
        HostArray x = HostArray.Spread(shape, 61);
        int place = axis < 0 ? axis + shape.Length : axis;
        int[] reduced = [.. shape.Where((_, i) => i != place)];
        int[] kept = [.. shape.Select((size, i) => i == place ? 1 : size)];
        double[] Along(int[] index) =>
            [.. Enumerable.Range(0, shape[place]).Select(k => (double)x.At([.. index[..place], k, .. index[place..]]))];

        Check((t, keep) => t.Sum(axis, keep), values => values.Sum());
        Check((t, keep) => t.Mean(axis, keep), values => values.Average());
        Check((t, keep) => t.Max(axis, keep), values => values.Max());

        void Check(Func<Tensor, bool, Tensor> reduce, Func<double[], double> plain)
        {
            HostArray want = HostArray.Build(reduced, index => plain(Along(index)));
            OperationCheck.Value(reduce(x.On(Device), false), want);
            OperationCheck.Value(reduce(x.On(Device), true), want with { Shape = kept });
            OperationCheck.Gradient(Device, inputs => reduce(inputs[0], false), x);
            OperationCheck.Gradient(Device, inputs => reduce(inputs[0], true), x);
        }
    }

    [Fact]
    public void SumMeanMax_OfAll_MatchLoopsAndHaveGradients()
    {
        HostArray x = HostArray.Spread([2, 3, 4], 62);
        OperationCheck.Value(x.On(Device).Sum(), new HostArray([(float)x.Values.Sum(value => (double)value)], []));
        OperationCheck.Value(x.On(Device).Mean(), new HostArray([(float)x.Values.Average(value => (double)value)], []));
        OperationCheck.Value(x.On(Device).Max(), new HostArray([x.Values.Max()], []));
        OperationCheck.Gradient(Device, inputs => inputs[0].Sum(), x);
        OperationCheck.Gradient(Device, inputs => inputs[0].Mean(), x);
        OperationCheck.Gradient(Device, inputs => inputs[0].Max(), x);
        OperationCheck.Gradient(Device, inputs => inputs[0] / inputs[0].Square().Sum(), x);
    }

    [Fact]
    public void Sum_OfManyNumbers_IsAccurate()
    {
        // 1e6 numbers of 0.1: a sum in single precision would be off by about 1 %.
        Assert.Equal(100_000f, Tensor.Full([1_000_000], 0.1f, Device).Sum().Item(), 0.05f);
    }

    [Fact]
    public void Sum_OfNothing_IsZero()
    {
        Assert.Equal(0, Tensor.Zeros([0], Device).Sum().Item());
        Assert.Equal([0, 0], Tensor.Zeros([2, 0], Device).Sum(1).ToArray());
        Assert.True(float.IsNaN(Tensor.Zeros([0], Device).Mean().Item()));
        CheckThrows<ArgumentException>(() => Tensor.Zeros([0], Device).Max(), "[0]");
        CheckThrows<ArgumentException>(() => Tensor.Zeros([2, 0], Device).Max(1), "[2,0]");
    }

    [Fact]
    public void Max_OfEqualOnes_SharesTheGradient()
    {
        Tensor x = From(1, 3, 3).RequireGradient();
        using (GradientTape tape = Device.Record())
            tape.Backward(x.Max());
        Assert.Equal([0, 0.5f, 0.5f], x.Gradient!.ToArray());
    }

    [Fact]
    public void ArgMax_GivesTheFirstOfTheGreatest()
    {
        Tensor x = Tensor.From(new float[,] { { 1, 5, 2 }, { 7, 7, 0 } }, Device);
        Assert.Equal([1, 0], x.ArgMax().ToInt32Array());
        Assert.Equal([1, 1, 0], x.ArgMax(0).ToInt32Array());
        Assert.Equal([2], x.ArgMax().Shape.ToArray());
        CheckThrows<ArgumentException>(() => Tensor.Zeros([2, 0], Device).ArgMax(), "[2,0]");
    }

    [Fact]
    public void Reductions_NoSuchAxis_NameTheShape()
    {
        Tensor x = Tensor.Zeros([2, 3], Device);
        CheckThrows<ArgumentOutOfRangeException>(() => x.Sum(2), "[2,3]");
        CheckThrows<ArgumentOutOfRangeException>(() => x.Mean(-3), "[2,3]");
        CheckThrows<ArgumentOutOfRangeException>(() => x.Max(2), "[2,3]");
        CheckThrows<ArgumentOutOfRangeException>(() => x.ArgMax(5), "[2,3]");
    }
}
