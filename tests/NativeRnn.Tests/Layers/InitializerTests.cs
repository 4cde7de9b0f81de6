using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class InitializerTests : IDisposable
{
    private const int Rows = 60;
    private const int Columns = 40;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Constants_AreTheirNumber()
    {
        Assert.All(Values(Initializer.Zeros), value => Assert.Equal(0, value));
        Assert.All(Values(Initializer.Ones), value => Assert.Equal(1, value));
        Assert.All(Values(Initializer.Constant(-2.5f)), value => Assert.Equal(-2.5f, value));
    }

    // 2400 numbers: the mean of a quantity of deviation s is within 5 s / 49 of its expectation.
    [Theory]
    [InlineData("glorot uniform", 0.24494897, 0.14142136)]
    [InlineData("he uniform", 0.38729833, 0.2236068)]
    [InlineData("pytorch", 0.15811388, 0.09128709)]
    [InlineData("uniform", 0.25, 0.14433757)]
    [InlineData("glorot normal", 0.3215538, 0.14142136)]
    [InlineData("he normal", 0.5084212, 0.2236068)]
    [InlineData("lecun normal", 0.3595081, 0.15811388)]
    [InlineData("truncated normal", 0.4, 0.17592513)]
    [InlineData("normal", 10, 0.2)]
    public void RandomNumbers_HaveTheirBoundAndDeviation(
        string which, double bound, double deviation)
    {
        float[] values = Values(which switch
        {
            "glorot uniform" => Initializer.GlorotUniform,
            "he uniform" => Initializer.HeUniform,
            "pytorch" => Initializer.PyTorchUniform,
            "uniform" => Initializer.RandomUniform(-0.25f, 0.25f),
            "glorot normal" => Initializer.GlorotNormal,
            "he normal" => Initializer.HeNormal,
            "lecun normal" => Initializer.LecunNormal,
            "truncated normal" => Initializer.TruncatedNormal(0, 0.2f),
            _ => Initializer.RandomNormal(0, 0.2f),
        });

        Assert.All(values, value => Assert.InRange(value, -bound, bound));
        Assert.Equal(0, values.Average(value => (double)value), deviation * 5 / 49);
        double square = values.Average(value => (double)value * value);
        Assert.InRange(Math.Sqrt(square), 0.9 * deviation, 1.1 * deviation);
    }

    [Theory]
    [InlineData(7, 4)]
    [InlineData(4, 7)]
    [InlineData(5, 5)]
    public void Orthogonal_Vectors_AreOrthonormalTimesTheGain(int rows, int columns)
    {
        float[] matrix = Initializer.Orthogonal(3).Create([rows, columns], 1, _device).ToArray();
        bool wide = columns > rows;
        int count = Math.Min(rows, columns);
        for (int left = 0; left < count; left++)
        {
            for (int right = 0; right < count; right++)
            {
                double product = Enumerable.Range(0, Math.Max(rows, columns)).Sum(
                    place => At(left, place) * At(right, place));
                Assert.Equal(left == right ? 9 : 0, product, 1e-5);
            }
        }

        double At(int vector, int place) =>
            matrix[wide ? (vector * columns) + place : (place * columns) + vector];
    }

    [Fact]
    public void Seed_DecidesTheNumbers()
    {
        Assert.Equal(Values(Initializer.HeNormal), Values(Initializer.HeNormal));
        Assert.NotEqual(
            Values(Initializer.HeNormal),
            Initializer.HeNormal.Create([Rows, Columns], 2, _device).ToArray());
    }

    [Fact]
    public void RecurrentOptions_ChooseEachKindOfWeight()
    {
        Lstm layer = new(
            3, 4, 2, bidirectional: true, seed: 1, device: _device,
            options: new RecurrentOptions
            {
                KernelInitializer = Initializer.Constant(0.25f),
                RecurrentInitializer = Initializer.Orthogonal(2),
                BiasInitializer = Initializer.Constant(0.5f),
                UnitForgetBias = true,
            });

        foreach ((string name, Tensor weight) in layer.StateDict())
        {
            float[] values = weight.ToArray();
            if (name.StartsWith("weight_ih", StringComparison.Ordinal))
            {
                Assert.All(values, value => Assert.Equal(0.25f, value));
            }
            else if (name.StartsWith("weight_hh", StringComparison.Ordinal))
            {
                Assert.Equal(4 * 4, values.Sum(value => (double)value * value), 1e-5);
            }
            else
            {
                float forget = name.StartsWith("bias_ih", StringComparison.Ordinal) ? 1 : 0;
                float[] gate = [.. Enumerable.Repeat(0.5f, 4)];
                Assert.Equal(
                    [.. gate, .. Enumerable.Repeat(forget, 4), .. gate, .. gate], values);
            }
        }
    }

    [Fact]
    public void UnitForgetBias_Off_LeavesKerasBiasesZero()
    {
        Lstm layer = new(4, options: new RecurrentOptions { UnitForgetBias = false });
        layer.Forward(Numbers.Tensor(_device, 1, 1, 2, 3));

        Assert.All(layer.StateDict()["bias_ih_l0"].ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void DenseLinearAndEmbedding_TakeInitializers()
    {
        Dense dense = new(
            3, kernelInitializer: Initializer.Ones, biasInitializer: Initializer.Constant(2));
        Linear linear = new(
            2, 3, device: _device, kernelInitializer: Initializer.Constant(4),
            biasInitializer: Initializer.Zeros);
        Embedding table = new(
            3, 2, paddingIndex: 1, device: _device, initializer: Initializer.Constant(5));

        Tensor x = Tensor.Ones([1, 2], _device);
        Assert.Equal([4f, 4, 4], dense.Forward(x).ToArray());
        Assert.Equal([8f, 8, 8], linear.Forward(x).ToArray());
        Assert.Equal([5f, 5, 0, 0, 5, 5], table.Weight.Value.ToArray());
    }

    [Fact]
    public void WrongCalls_NameWhatIsWrong()
    {
        Check(() => Initializer.Constant(float.NaN), "value must be finite");
        Check(() => Initializer.RandomNormal(0, -1), "deviation must be at least 0");
        Check(() => Initializer.TruncatedNormal(float.PositiveInfinity), "mean must be finite");
        Check(() => Initializer.RandomUniform(1, 0), "high must be at least low");
        Check(() => Initializer.Orthogonal(float.NaN), "gain must be finite");
        Check(() => Initializer.Zeros.Create([2, 3, 4], 0, _device), "[2, 3, 4]");
        Check(() => Initializer.Zeros.Create([0], 0, _device), "[0]");
    }

    private static void Check(Func<object> call, string words)
    {
        ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
    }

    private float[] Values(Initializer initializer) =>
        initializer.Create([Rows, Columns], 1, _device).ToArray();
}
