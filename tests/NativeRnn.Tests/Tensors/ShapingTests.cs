namespace NativeRnn.Tests.Tensors;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class ShapingTests : TensorTest
{
    [Fact]
    public void Reshape_KeepsTheOrderAndTheMemory()
    {
        HostArray x = HostArray.Random([2, 3, 4], 31);
        Tensor tensor = x.On(Device);
        Assert.Equal([6, 4], tensor.Reshape(6, 4).Shape.ToArray());
        Assert.Equal([4, 6], tensor.Reshape(4, -1).Shape.ToArray());
        Assert.Equal([24], tensor.Flatten().Shape.ToArray());
        Assert.Equal([2, 12], tensor.Flatten(1).Shape.ToArray());
        Assert.Equal([2, 3, 4], tensor.Flatten(-1).Shape.ToArray());
        Assert.Equal([1], Tensor.Full([], 3, Device).Flatten().Shape.ToArray());
        Tensor flat = tensor.Reshape(-1);
        Assert.Equal(x.Values, flat.ToArray());
        flat.Fill(1);
        Assert.Equal(1, tensor.ToArray()[5]);
    }

    [Fact]
    public void Reshape_OtherLength_NamesBothShapes()
    {
        Tensor x = Tensor.Zeros([2, 3], Device);
        CheckThrows<ArgumentException>(() => x.Reshape(4), "[2,3]", "[4]");
        CheckThrows<ArgumentException>(() => x.Reshape(4, -1), "[2,3]", "[4,-1]");
        CheckThrows<ArgumentException>(() => x.Reshape(-1, -1), "negative");
        CheckThrows<ArgumentException>(() => x.Reshape(1, 1, 1, 1, 1, 1, 1, 1, 6), "at most 8");
    }

    [Theory]
    [InlineData(new[] { 2, 3 }, new[] { 1, 0 })]
    [InlineData(new[] { 2, 3, 4 }, new[] { 2, 0, 1 })]
    [InlineData(new[] { 2, 3, 4 }, new[] { 0, 1, 2 })]
    [InlineData(new[] { 2, 3, 4 }, new[] { -1, -2, -3 })]
    [InlineData(new[] { 1, 2, 1, 3, 1, 2, 2, 1 }, new[] { 7, 5, 3, 1, 6, 4, 2, 0 })]
    [InlineData(new[] { 2, 0 }, new[] { 1, 0 })]
    public void Permute_MatchesLoopsAndHasGradients(int[] shape, int[] axes)
    {
        HostArray x = HostArray.Random(shape, 32);
        int[] order = [.. axes.Select(axis => axis < 0 ? axis + shape.Length : axis)];
        int[] result = [.. order.Select(axis => shape[axis])];
        OperationCheck.Value(x.On(Device).Permute(axes), HostArray.Build(result, index =>
        {
            var from = new int[shape.Length];
            for (int place = 0; place < order.Length; place++)
                from[order[place]] = index[place];
            return x.At(from);
        }));
        OperationCheck.Gradient(Device, inputs => inputs[0].Permute(axes), x);
    }

    [Fact]
    public void Transpose_ExchangesTwoAxes()
    {
        Tensor x = HostArray.Random([2, 3, 4], 33).On(Device);
        Assert.Equal(x.Permute(0, 2, 1).ToArray(), x.Transpose().ToArray());
        Assert.Equal(x.Permute(2, 1, 0).ToArray(), x.Transpose(0, -1).ToArray());
        CheckThrows<ArgumentException>(() => From(1, 2).Transpose(), "two axes", "[2]");
        CheckThrows<ArgumentOutOfRangeException>(() => x.Transpose(0, 3), "3 axes", "[2,3,4]");
        CheckThrows<ArgumentException>(() => x.Permute(0, 1, 1), "twice");
        CheckThrows<ArgumentException>(() => x.Permute(0, 1), "[2,3,4]");
    }

    [Theory]
    [InlineData(new[] { 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 2, 1 }, new[] { 2, 3 })]
    [InlineData(new int[0], new[] { 2, 2 })]
    [InlineData(new[] { 1, 3, 1 }, new[] { 4, 2, 3, 5 })]
    public void BroadcastTo_MatchesLoopsAndHasGradients(int[] shape, int[] wide)
    {
        HostArray x = HostArray.Random(shape, 34);
        OperationCheck.Value(x.On(Device).BroadcastTo(wide), HostArray.Build(wide, index => x.At(index)));
        OperationCheck.Gradient(Device, inputs => inputs[0].BroadcastTo(wide), x);
    }

    [Fact]
    public void BroadcastTo_NarrowerShape_Throws() => CheckThrows<ArgumentException>(
        () => Tensor.Zeros([2, 3], Device).BroadcastTo(3), "[2,3]", "[3]");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Concat_MatchesLoopsAndHasGradients(int axis)
    {
        int place = axis < 0 ? axis + 3 : axis;
        int[] Shape(int size) => [.. new[] { 2, 3, 4 }.Select((other, i) => i == place ? size : other)];
        HostArray[] parts =
            [HostArray.Random(Shape(1), 35), HostArray.Random(Shape(3), 36), HostArray.Random(Shape(2), 37)];
        OperationCheck.Value(
            Tensor.Concat([.. parts.Select(part => part.On(Device))], axis),
            HostArray.Build(Shape(6), index =>
            {
                int[] from = [.. index];
                HostArray part = index[place] < 1 ? parts[0] : index[place] < 4 ? parts[1] : parts[2];
                from[place] -= index[place] < 1 ? 0 : index[place] < 4 ? 1 : 4;
                return part.At(from);
            }));
        OperationCheck.Gradient(Device, x => Tensor.Concat(x, axis), parts);
    }

    [Theory]
    [InlineData(0, new[] { 3, 2, 4 })]
    [InlineData(1, new[] { 2, 3, 4 })]
    [InlineData(-1, new[] { 2, 4, 3 })]
    public void Stack_MatchesLoopsAndHasGradients(int axis, int[] result)
    {
        HostArray[] parts =
            [HostArray.Random([2, 4], 38), HostArray.Random([2, 4], 39), HostArray.Random([2, 4], 40)];
        int place = axis < 0 ? axis + 3 : axis;
        OperationCheck.Value(
            Tensor.Stack([.. parts.Select(part => part.On(Device))], axis),
            HostArray.Build(result, index => parts[index[place]].At([.. index.Where((_, i) => i != place)])));
        OperationCheck.Gradient(Device, x => Tensor.Stack(x, axis), parts);
    }

    [Fact]
    public void Concat_SameTensorTwice_AddsGradients() => OperationCheck.Gradient(
        Device, x => Tensor.Concat([x[0], x[0] * 2, x[0]], 1), HostArray.Random([2, 2], 41));

    [Fact]
    public void ConcatAndStack_WrongParts_NameTheShapes()
    {
        Tensor a = Tensor.Zeros([2, 3], Device), b = Tensor.Zeros([3, 3], Device);
        CheckThrows<ArgumentException>(() => Tensor.Concat([a, b], 1), "[2,3]", "[3,3]");
        CheckThrows<ArgumentException>(() => Tensor.Concat([], 0), "no tensors");
        CheckThrows<ArgumentException>(() => Tensor.Stack([a, b]), "[2,3]", "[3,3]");
        CheckThrows<ArgumentException>(() => Tensor.Stack([]), "no tensors");
        CheckThrows<ArgumentOutOfRangeException>(() => Tensor.Stack([a], 3), "3 axes");
        CheckThrows<ArgumentOutOfRangeException>(() => Tensor.Concat([a], 2), "2 axes");
    }

    [Fact]
    public void Chain_OfShapes_HasGradients() => OperationCheck.Gradient(
        Device,
        x => x[0].Reshape(4, 3).Transpose().Flatten() * x[0].Flatten(),
        HostArray.Random([2, 3, 2], 42));

    [Fact]
    public void Detach_StopsGradients()
    {
        Tensor x = From(2, 3).RequireGradient();
        using (GradientTape tape = Device.Record())
            tape.Backward((x * x.Detach()).Sum());
        Assert.Equal([2, 3], x.Gradient!.ToArray());
    }
}
