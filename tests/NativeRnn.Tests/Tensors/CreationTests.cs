using System.Numerics.Tensors;

namespace NativeRnn.Tests.Tensors;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class CreationTests : TensorTest
{
    [Fact]
    public void From_ArraysOfAnyRank_KeepsOrderAndShape()
    {
        Check(Tensor.From([1f, 2f], Device), [2], [1, 2]);
        Check(Tensor.From(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }, Device), [2, 3], [1, 2, 3, 4, 5, 6]);
        Check(Tensor.From(new float[,,] { { { 1, 2 } }, { { 3, 4 } } }, Device), [2, 1, 2], [1, 2, 3, 4]);
        Check(Tensor.From(new float[0, 3], Device), [0, 3], []);
        Check(Tensor.From(new float[,,] { }, Device), [0, 0, 0], []);
        Check(Tensor.From([1f, 2f, 3f, 4f], [2, 2], Device), [2, 2], [1, 2, 3, 4]);
        Check(Tensor.From([5f], [], Device), [], [5]);

        static void Check(Tensor tensor, int[] shape, float[] values)
        {
            Assert.Equal(shape, tensor.Shape.ToArray());
            Assert.Equal(shape.Length, tensor.Rank);
            Assert.Equal(values.Length, tensor.Length);
            Assert.Equal(DType.Float32, tensor.DType);
            Assert.Equal(values, tensor.ToArray());
        }
    }

    [Fact]
    public void From_Integers_HasTheirType()
    {
        Tensor x = Tensor.From([1, -2, int.MaxValue], Device);
        Assert.Equal(DType.Int32, x.DType);
        Assert.Equal([1, -2, int.MaxValue], x.ToInt32Array());
        var read = new int[4];
        x.CopyTo(read);
        Assert.Equal([1, -2, int.MaxValue, 0], read);
        CheckThrows<ArgumentException>(() => x.ToArray(), "Int32");
        CheckThrows<ArgumentException>(() => x.RequireGradient(), "Int32");
        CheckThrows<ArgumentException>(() => From(1).ToInt32Array(), "Float32");
    }

    [Fact]
    public void From_OtherCount_NamesTheShape()
    {
        CheckThrows<ArgumentException>(() => Tensor.From([1f, 2f], [3], Device), "2 values", "[3]");
        CheckThrows<ArgumentException>(() => Tensor.Zeros([2, -1], Device), "[2,-1]", "negative");
        CheckThrows<ArgumentException>(() => Tensor.Zeros([1, 1, 1, 1, 1, 1, 1, 1, 1], Device), "at most 8");
        int huge = int.MaxValue;
        CheckThrows<ArgumentException>(() => Tensor.Zeros([huge, huge, huge], Device), "counted");
        CheckThrows<Exception>(() => Tensor.Zeros([huge, huge], Device));
    }

    [Fact]
    public void ZerosOnesFull_FillEverything()
    {
        Assert.Equal([0, 0, 0], Tensor.Zeros([3], Device).ToArray());
        Assert.Equal([1, 1], Tensor.Ones([2, 1], Device).ToArray());
        Assert.Equal([2.5f], Tensor.Full([], 2.5f, Device).ToArray());
    }

    [Fact]
    public void Random_SameSeed_SameNumbers()
    {
        float[] uniform = Tensor.RandomUniform([1000], -2, 3, seed: 7, Device).ToArray();
        Assert.All(uniform, value => Assert.InRange(value, -2, 3));
        Assert.Equal(0.5f, uniform.Average(), 0.15f);
        Assert.Equal(uniform, Tensor.RandomUniform([1000], -2, 3, seed: 7, Device).ToArray());
        Assert.NotEqual(uniform, Tensor.RandomUniform([1000], -2, 3, seed: 8, Device).ToArray());

        float[] normal = Tensor.RandomNormal([10_000], 1, 2, seed: 7, Device).ToArray();
        double mean = normal.Average(), deviation = Math.Sqrt(normal.Average(value => (value - mean) * (value - mean)));
        Assert.Equal(1, mean, 0.1);
        Assert.Equal(2, deviation, 0.1);
    }

    [Fact]
    public void TensorSpans_DenseOrNot_GoInAndOut()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        var dense = new ReadOnlyTensorSpan<float>(values, [2, 3]);
        Tensor x = Tensor.From(dense, Device);
        Assert.Equal([2, 3], x.Shape.ToArray());
        Assert.Equal(values, x.ToArray());

        ReadOnlyTensorSpan<float> columns = dense.Slice([0..2, 1..3]);
        Tensor y = Tensor.From(columns, Device);
        Assert.Equal([2, 2], y.Shape.ToArray());
        Assert.Equal([2, 3, 5, 6], y.ToArray());

        var read = new float[6];
        x.CopyTo(new TensorSpan<float>(read, [2, 3]));
        Assert.Equal(values, read);
        var wide = new float[8];
        x[.., 1..].CopyTo(new TensorSpan<float>(wide, [2, 4]).Slice([0..2, 1..3]));
        Assert.Equal([0, 2, 3, 0, 0, 5, 6, 0], wide);
        CheckThrows<ArgumentException>(() => x.CopyTo(new TensorSpan<float>(read, [3, 2])), "[2,3]", "[3,2]");
    }

    [Fact]
    public void Write_ReplacesValuesAndChecksCounts()
    {
        Tensor x = From(1, 2, 3);
        x.Write([4f, 5f, 6f]);
        Assert.Equal([4, 5, 6], x.ToArray());
        x.Write(From(7, 8, 9));
        Assert.Equal([7, 8, 9], x.ToArray());
        x.Fill(2);
        Assert.Equal([2, 2, 2], x.ToArray());
        CheckThrows<ArgumentException>(() => x.Write([1f]), "1 values", "[3]");
        CheckThrows<ArgumentException>(() => x.Write([1, 2, 3]), "Float32");
        CheckThrows<ArgumentException>(() => x.Write(From(1)), "[3]", "[1]");
        CheckThrows<ArgumentException>(() => x.CopyTo(new float[2]), "[3]", "2");
    }

    [Fact]
    public void Write_OfAFactor_IsSeenByTheNextProduct()
    {
        Tensor a = Tensor.Ones([2, 2], Device), b = Tensor.Ones([2, 2], Device);
        Assert.Equal([2, 2, 2, 2], a.MatMul(b).ToArray());
        b.Write([1f, 2f, 3f, 4f]);
        Assert.Equal([4, 6, 4, 6], a.MatMul(b).ToArray());
    }

    [Fact]
    public void Item_OneElement_ElseThrows()
    {
        Assert.Equal(3, Tensor.Full([1, 1], 3, Device).Item());
        CheckThrows<InvalidOperationException>(() => From(1, 2).Item(), "[2]");
    }

    [Fact]
    public void ToString_ShowsShapeAndNumbers()
    {
        Assert.Equal("Tensor [2] { 1, 2 }", From(1, 2).ToString());
        Assert.Equal("Tensor [9] { 0, 0, 0, 0, 0, 0, 0, 0, ... }", Tensor.Zeros([9], Device).ToString());
        Assert.Equal("Tensor [1] { 4 }", Tensor.From([4], Device).ToString());
    }
}
