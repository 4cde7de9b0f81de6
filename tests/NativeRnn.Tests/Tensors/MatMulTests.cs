namespace NativeRnn.Tests.Tensors;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class MatMulTests : TensorTest
{
    public static TheoryData<int[], int[], int[]> Shapes => new()
    {
        { [2, 3], [3, 4], [2, 4] },
        { [1, 1], [1, 1], [1, 1] },
        { [17, 5], [5, 19], [17, 19] },
        { [5, 2, 3], [3, 4], [5, 2, 4] },
        { [2, 3], [5, 3, 4], [5, 2, 4] },
        { [5, 2, 3], [5, 3, 4], [5, 2, 4] },
        { [1, 2, 3], [5, 3, 4], [5, 2, 4] },
        { [2, 1, 2, 3], [5, 3, 4], [2, 5, 2, 4] },
        { [2, 0], [0, 4], [2, 4] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MatMul_AnyShapes_MatchesLoops(int[] left, int[] right, int[] result)
    {
        HostArray a = HostArray.Random(left, 21), b = HostArray.Random(right, 22);
        HostArray want = HostArray.Build(result, index =>
        {
            double sum = 0;
            for (int k = 0; k < left[^1]; k++)
                sum += (double)a.At([.. index[..^1], k]) * b.At([.. index[..^2], k, index[^1]]);
            return sum;
        });
        OperationCheck.Value(a.On(Device).MatMul(b.On(Device)), want);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MatMul_AnyShapes_HasGradients(int[] left, int[] right, int[] result)
    {
        Assert.NotNull(result);
        OperationCheck.Gradient(
            Device, x => x[0].MatMul(x[1]), HostArray.Random(left, 23), HostArray.Random(right, 24));
    }

    [Fact]
    public void MatMul_ByItsTranspose_HasGradients() => OperationCheck.Gradient(
        Device, x => x[0].MatMul(x[0].Transpose()), HostArray.Random([3, 4], 25));

    [Fact]
    public void MatMul_ShapesThatDontFit_NamesBoth()
    {
        Tensor a = Tensor.Zeros([2, 3], Device);
        CheckThrows<ArgumentException>(() => a.MatMul(Tensor.Zeros([2, 3], Device)), "[2,3]", "3 columns", "2 rows");
        CheckThrows<ArgumentException>(() => a.MatMul(Tensor.Zeros([3], Device)), "[2,3]", "[3]");
        CheckThrows<ArgumentException>(
            () => Tensor.Zeros([4, 2, 3], Device).MatMul(Tensor.Zeros([5, 3, 2], Device)), "[4]", "[5]");
    }
}
