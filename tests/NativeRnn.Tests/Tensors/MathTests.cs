namespace NativeRnn.Tests.Tensors;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class MathTests : TensorTest
{
    public static TheoryData<string> Functions =>
        ["Exp", "Log", "Tanh", "Sigmoid", "Relu", "Abs", "Square", "Sqrt", "Softplus"];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Functions_OfEachElement_MatchMathAndHaveGradients(string name)
    {
        (Func<Tensor, Tensor> operation, Func<double, double> plain) = Function(name);
        foreach (int[] shape in new int[][] { [], [1], [37], [2, 3, 5], [0] })
        {
            HostArray x = HostArray.Random(shape, 11, positive: name is "Log" or "Sqrt");
            OperationCheck.Value(operation(x.On(Device)), HostArray.Build(shape, index => plain(x.At(index))));
        }
        HostArray away = HostArray.Random([2, 7], 12, positive: name is "Log" or "Sqrt");
        if (name is "Log" or "Sqrt")
            away = away with { Values = [.. away.Values.Select(value => value + 1)] };
        OperationCheck.Gradient(Device, x => operation(x[0]), away);
    }

    [Theory]
    [InlineData(new[] { 5 }, -1)]
    [InlineData(new[] { 3, 5 }, 1)]
    [InlineData(new[] { 3, 5 }, 0)]
    [InlineData(new[] { 2, 4, 3 }, 1)]
    [InlineData(new[] { 2, 4, 3 }, -3)]
    public void Softmax_AlongAnAxis_MatchesLoopsAndHasGradients(int[] shape, int axis)
    {
        HostArray x = HostArray.Random(shape, 13);
        int place = axis < 0 ? axis + shape.Length : axis;
        double Logarithm(int[] index)
        {
            double sum = 0;
            for (int k = 0; k < shape[place]; k++)
            {
                int[] other = [.. index];
                other[place] = k;
                sum += Math.Exp(x.At(other));
            }
            return x.At(index) - Math.Log(sum);
        }

        OperationCheck.Value(x.On(Device).LogSoftmax(axis), HostArray.Build(shape, Logarithm));
        OperationCheck.Value(x.On(Device).Softmax(axis), HostArray.Build(shape, index => Math.Exp(Logarithm(index))));
        OperationCheck.Gradient(Device, inputs => inputs[0].Softmax(axis), x);
        OperationCheck.Gradient(Device, inputs => inputs[0].LogSoftmax(axis), x);
    }

    [Fact]
    public void LogSoftmax_OfGreatNumbers_StaysFinite()
    {
        float[] y = From(1000, 1001, -1000).LogSoftmax().ToArray();
        Assert.Equal(-1.3132617f, y[0], 1e-4f);
        Assert.Equal(-0.3132617f, y[1], 1e-4f);
        Assert.True(float.IsFinite(y[2]));
    }

    [Theory]
    [InlineData(new[] { 2, 3 }, new[] { 2, 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 2, 1 }, new[] { 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 2, 3 }, new int[0], new[] { 1, 3 })]
    public void Where_AnyShapes_MatchesLoopsAndHasGradients(int[] conditions, int[] first, int[] second)
    {
        HostArray c = HostArray.Random(conditions, 14);
        HostArray a = HostArray.Random(first, 15), b = HostArray.Random(second, 16);
        Tensor Condition() => c.On(Device).Greater(0);
        OperationCheck.Value(
            Tensor.Where(Condition(), a.On(Device), b.On(Device)),
            HostArray.Build([2, 3], index => c.At(index) > 0 ? a.At(index) : b.At(index)));
        OperationCheck.Gradient(Device, x => Tensor.Where(Condition(), x[0], x[1]), a, b);
    }

    [Fact]
    public void Where_ShapesThatDontFit_NamesThem() => CheckThrows<ArgumentException>(
        () => Tensor.Where(Tensor.Ones([4], Device), Tensor.Ones([2, 3], Device), Tensor.Ones([3], Device)),
        "Where",
        "[4]",
        "[2,3]");

    [Fact]
    public void Gradients_WhereFunctionsHaveNone_AreZero()
    {
        Tensor x = From(0, 0).RequireGradient();
        using (GradientTape tape = Device.Record())
            tape.Backward((x.Relu() + x.Abs()).Sum());
        Assert.Equal([0, 0], x.Gradient!.ToArray());
    }

    private static (Func<Tensor, Tensor>, Func<double, double>) Function(string name) => name switch
    {
        "Exp" => (x => x.Exp(), Math.Exp),
        "Log" => (x => x.Log(), Math.Log),
        "Tanh" => (x => x.Tanh(), Math.Tanh),
        "Sigmoid" => (x => x.Sigmoid(), x => 1 / (1 + Math.Exp(-x))),
        "Relu" => (x => x.Relu(), x => Math.Max(x, 0)),
        "Abs" => (x => x.Abs(), Math.Abs),
        "Square" => (x => x.Square(), x => x * x),
        "Sqrt" => (x => x.Sqrt(), Math.Sqrt),
        _ => (x => x.Softplus(), x => Math.Log(1 + Math.Exp(x))),
    };
}
