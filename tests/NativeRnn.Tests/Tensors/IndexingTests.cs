namespace NativeRnn.Tests.Tensors;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class IndexingTests : TensorTest
{
    [Fact]
    public void Index_LastStep_GivesOneRowOfEachSequence()
    {
        HostArray x = HostArray.Random([2, 3, 4], 51);
        OperationCheck.Value(x.On(Device)[.., ^1], HostArray.Build([2, 4], i => x.At(i[0], 2, i[1])));
        OperationCheck.Gradient(Device, inputs => inputs[0][.., ^1], x);
    }

    [Fact]
    public void Index_AnyParts_MatchLoopsAndHaveGradients()
    {
        HostArray x = HostArray.Random([3, 5, 4], 52);
        Check(t => t[0], [5, 4], i => x.At(0, i[0], i[1]));
        Check(t => t[^1], [5, 4], i => x.At(2, i[0], i[1]));
        Check(t => t[1..3], [2, 5, 4], i => x.At(i[0] + 1, i[1], i[2]));
        Check(t => t[.., 2..5, ^1], [3, 3], i => x.At(i[0], i[1] + 2, 3));
        Check(t => t[1, 2, 3], [], _ => x.At(1, 2, 3));
        Check(t => t[..^1, 1..^1], [2, 3, 4], i => x.At(i[0], i[1] + 1, i[2]));
        Check(t => t[..], [3, 5, 4], i => x.At(i));
        Check(t => t[2..2], [0, 5, 4], _ => 0);

        void Check(Func<Tensor, Tensor> take, int[] result, Func<int[], double> plain)
        {
            OperationCheck.Value(take(x.On(Device)), HostArray.Build(result, plain));
            OperationCheck.Gradient(Device, inputs => take(inputs[0]), x);
        }
    }

    [Fact]
    public void Index_ManyPartsOfOneTensor_AddGradients() => OperationCheck.Gradient(
        Device, x => (x[0][0] * x[0][1]) + (x[0][^1] * x[0][1]), HostArray.Random([3, 4], 53));

    [Fact]
    public void Index_OfIntegers_GivesIntegers()
    {
        Tensor x = Tensor.From([1, 2, 3, 4, 5, 6], [2, 3], Device);
        Assert.Equal([2, 5], x[.., 1].ToInt32Array());
        Assert.Equal([4, 5, 6], x[1].ToInt32Array());
        Assert.Equal([2, 3, 5, 6], x[.., 1..].ToInt32Array());
        Assert.Equal([6], x[1, ^1].ToInt32Array());
    }

    [Fact]
    public void Index_OutOfRange_SaysWhere()
    {
        Tensor x = Tensor.Zeros([2, 3], Device);
        CheckThrows<ArgumentOutOfRangeException>(() => _ = x[2], "axis 0", "[2,3]");
        CheckThrows<ArgumentOutOfRangeException>(() => _ = x[.., ^4], "axis 1", "[2,3]");
        CheckThrows<ArgumentOutOfRangeException>(() => _ = x[1..4], "1..4", "axis 0");
        CheckThrows<ArgumentOutOfRangeException>(() => _ = x[-1]);
        CheckThrows<ArgumentException>(() => _ = x[0, 0, 0], "3 indices", "[2,3]");
    }

    [Theory]
    [InlineData(new[] { 3, 4 }, 1, 2)]
    [InlineData(new[] { 3, 4 }, 0, 5)]
    [InlineData(new[] { 2, 3, 4 }, 1, 3)]
    [InlineData(new[] { 5 }, 0, 7)]
    public void Gather_MatchesLoopsAndHasGradients(int[] shape, int axis, int count)
    {
        HostArray x = HostArray.Random(shape, 54);
        int[] result = [.. shape];
        result[axis] = count;
        var random = new Random(55);
        HostArray places = HostArray.Build(result, _ => random.Next(shape[axis]));
        Tensor Indices() => Tensor.From([.. places.Values.Select(value => (int)value)], result, Device);
        OperationCheck.Value(x.On(Device).Gather(axis, Indices()), HostArray.Build(result, index =>
        {
            int[] from = [.. index];
            from[axis] = (int)places.At(index);
            return x.At(from);
        }));
        OperationCheck.Gradient(Device, inputs => inputs[0].Gather(axis, Indices()), x);
    }

    [Fact]
    public void Gather_WrongIndices_Throws()
    {
        Tensor x = Tensor.Zeros([2, 3], Device);
        CheckThrows<ArgumentException>(() => x.Gather(1, Tensor.From([0, 0, 0], [3, 1], Device)), "[3,1]", "[2,3]");
        CheckThrows<ArgumentException>(() => x.Gather(1, Tensor.From([0, 3], [2, 1], Device)).ToArray(), "3");
        CheckThrows<ArgumentException>(() => x.Gather(1, Tensor.Zeros([2, 1], Device)), "Int32");
    }
}
