using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Layers;

public sealed class ShapeLayerTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Flatten_KeepsTheBatch()
    {
        Tensor x = Numbers.Tensor(_device, 1, 2, 3, 4);

        Assert.Equal([2, 12], new Flatten().Forward(x).Shape.ToArray());
        Assert.Equal([2, 3, 4], new Flatten(2).Forward(x).Shape.ToArray());
        Assert.Equal(x.ToArray(), new Flatten().Forward(x).ToArray());
        Assert.Throws<ArgumentException>(() => new Flatten(3).Forward(x));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Flatten(-1));
    }

    [Fact]
    public void Reshape_GivesEachRowTheShape()
    {
        Tensor x = Numbers.Tensor(_device, 1, 2, 12);

        Assert.Equal([2, 3, 4], new Reshape(3, -1).Forward(x).Shape.ToArray());
        Assert.Throws<ArgumentException>(() => new Reshape(5, 2).Forward(x));
        Assert.Throws<ArgumentException>(() => new Reshape(-1, -1));
        Assert.Throws<ArgumentException>(() => new Reshape(-2));
    }

    [Fact]
    public void Permute_CountsFromOne()
    {
        Tensor x = Numbers.Tensor(_device, 1, 2, 3, 4);

        Assert.Equal(x.Transpose().ToArray(), new Permute(2, 1).Forward(x).ToArray());
        Assert.Throws<ArgumentException>(() => new Permute(2, 1).Forward(x[0]));
        Assert.Throws<ArgumentException>(() => new Permute(0, 1));
        Assert.Throws<ArgumentException>(() => new Permute(1, 1));
    }

    [Fact]
    public void ForwardMasked_OfPermuteAndLambda_KeepsTheMaskOnlyWhereTimeStays()
    {
        SequenceMask mask = SequenceMask.FromLengths(3, 1, 2);
        Tensor square = Numbers.Tensor(_device, 1, 2, 3, 3);

        Assert.Null(new Permute(2, 1).ForwardMasked(square, mask).Mask);
        Assert.Null(new Lambda(x => x.Transpose()).ForwardMasked(square, mask).Mask);
        Assert.Same(
            mask,
            new Permute(1, 3, 2).ForwardMasked(Numbers.Tensor(_device, 1, 2, 3, 4, 5), mask).Mask);
    }

    [Fact]
    public void RepeatVector_RepeatsOverTime()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4], [2, 2], _device);

        Tensor y = new RepeatVector(3).Forward(x);

        Assert.Equal([2, 3, 2], y.Shape.ToArray());
        Assert.Equal([1f, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4], y.ToArray());
        Assert.Throws<ArgumentException>(() => new RepeatVector(3).Forward(y));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RepeatVector(0));
    }

    [Fact]
    public void Lambda_CallsTheFunction()
    {
        Tensor x = Numbers.Tensor(_device, 1, 2, 3, 4);

        Assert.Equal(x.Mean(1).ToArray(), new Lambda(s => s.Mean(1)).Forward(x).ToArray());
        Assert.Throws<InvalidOperationException>(() => new Lambda(_ => null!).Forward(x));
    }

    [Fact]
    public void Gradients_FlowThroughAll()
    {
        Sequential model = new(
            new RepeatVector(3),
            new Permute(2, 1),
            new Reshape(3, 4),
            new Lambda(s => s.Square()),
            new Flatten());
        Tensor x = Numbers.Tensor(_device, 1, 2, 4).RequireGradient();

        GradientCheck.Run(
            _device, () => GradientCheck.WeightedSum(model.Forward(x), _device), x);
    }
}
