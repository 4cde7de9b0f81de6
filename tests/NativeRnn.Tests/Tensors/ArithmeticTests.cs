namespace NativeRnn.Tests.Tensors;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class ArithmeticTests : TensorTest
{
    public static TheoryData<int[], int[], int[]> BroadcastShapes => new()
    {
        { [3], [3], [3] },
        { [2, 3], [3], [2, 3] },
        { [3], [2, 3], [2, 3] },
        { [2, 3], [2, 1], [2, 3] },
        { [2, 1], [1, 3], [2, 3] },
        { [], [2, 3], [2, 3] },
        { [2, 3], [], [2, 3] },
        { [4, 1, 3], [2, 1], [4, 2, 3] },
        { [1, 1], [3], [1, 3] },
        { [2, 1, 2, 1, 2, 1, 2, 1], [3, 1, 2], [2, 1, 2, 1, 2, 3, 2, 2] },
        { [], [], [] },
        { [0, 3], [3], [0, 3] },
    };

    [Theory]
    [MemberData(nameof(BroadcastShapes))]
    public void Operators_AnyShapes_MatchLoops(int[] left, int[] right, int[] result)
    {
        HostArray a = HostArray.Random(left, 1), b = HostArray.Random(right, 2);
        Check((x, y) => x + y, (x, y) => x + y);
        Check((x, y) => x - y, (x, y) => x - y);
        Check((x, y) => x * y, (x, y) => x * y);
        Check((x, y) => x / y, (x, y) => x / y);
        Check((x, y) => x.Greater(y), (x, y) => x > y ? 1 : 0);
        Check((x, y) => x.Less(y), (x, y) => x < y ? 1 : 0);
        Check((x, y) => x.EqualTo(y), (x, y) => x == y ? 1 : 0);

        void Check(Func<Tensor, Tensor, Tensor> operation, Func<double, double, double> plain) =>
            OperationCheck.Value(
                operation(a.On(Device), b.On(Device)),
                HostArray.Build(result, index => plain(a.At(index), b.At(index))));
    }

    [Theory]
    [MemberData(nameof(BroadcastShapes))]
    public void Operators_AnyShapes_HaveGradients(int[] left, int[] right, int[] result)
    {
        Assert.NotNull(result);
        HostArray a = HostArray.Random(left, 3), b = HostArray.Random(right, 4);
        OperationCheck.Gradient(Device, x => x[0] + x[1], a, b);
        OperationCheck.Gradient(Device, x => x[0] - x[1], a, b);
        OperationCheck.Gradient(Device, x => x[0] * x[1], a, b);
        OperationCheck.Gradient(Device, x => x[0] / (x[1].Square() + 1), a, b);
    }

    [Fact]
    public void Operators_SameTensorTwice_AddGradients()
    {
        HostArray a = HostArray.Random([2, 3], 5);
        OperationCheck.Gradient(Device, x => x[0] * x[0], a);
        OperationCheck.Gradient(Device, x => x[0] + x[0], a);
        OperationCheck.Gradient(Device, x => x[0] - x[0] * x[0], a);
    }

    [Fact]
    public void Operators_Numbers_MatchLoops()
    {
        HostArray a = HostArray.Random([2, 3], 6);
        Check(x => x + 2, x => x + 2);
        Check(x => 2 + x, x => 2 + x);
        Check(x => x - 2, x => x - 2);
        Check(x => 2 - x, x => 2 - x);
        Check(x => x * 2, x => x * 2);
        Check(x => 2 * x, x => 2 * x);
        Check(x => x / 3, x => x / 3);
        Check(x => 3 / (x.Square() + 1), x => 3 / ((x * x) + 1));
        Check(x => -x, x => -x);

        void Check(Func<Tensor, Tensor> operation, Func<double, double> plain)
        {
            OperationCheck.Value(operation(a.On(Device)), HostArray.Build(a.Shape, index => plain(a.At(index))));
            OperationCheck.Gradient(Device, x => operation(x[0]), a);
        }
    }

    [Fact]
    public void Comparisons_WithNumbers_GiveMasks()
    {
        Tensor x = From(1, 2, 3);
        Assert.Equal([0, 0, 1], x.Greater(2).ToArray());
        Assert.Equal([1, 0, 0], x.Less(2).ToArray());
        Assert.Equal([0, 1, 0], x.EqualTo(2).ToArray());
    }

    [Fact]
    public void Comparisons_UnderATape_HaveNoGradient()
    {
        Tensor x = From(1, 2, 3).RequireGradient();
        using GradientTape tape = Device.Record();
        CheckThrows<InvalidOperationException>(() => tape.Backward(x.Greater(2).Sum()), "requires a gradient");
    }

    [Fact]
    public void Operators_ShapesThatDontFit_NameBoth()
    {
        Tensor a = Tensor.Zeros([2, 3], Device), b = Tensor.Zeros([4], Device);
        CheckThrows<ArgumentException>(() => _ = a + b, "Add", "[2,3]", "[4]");
        CheckThrows<ArgumentException>(() => _ = a / b, "Divide", "[2,3]", "[4]");
    }

    [Fact]
    public void Operators_OtherDeviceOrType_Throw()
    {
        using Device other = TestDevice.Open();
        Tensor a = Tensor.Zeros([2], Device), b = Tensor.Zeros([2], other);
        CheckThrows<ArgumentException>(() => _ = a + b, "different devices");
        Tensor indices = Tensor.From([1, 2], Device);
        CheckThrows<ArgumentException>(() => _ = a * indices, "Multiply", "Float32", "Int32");
    }
}
