using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

public sealed class SequentialCollectionTests
{
    [Fact]
    public void Sequential_OfACollection_HasItsLayers()
    {
        Lstm lstm = new(5, seed: 1);
        Dense dense = new(2, seed: 2);

        Sequential model = new() { lstm, dense };

        Assert.Equal<Module>([lstm, dense], model);
        Assert.Equal(["", "0", "1"], model.NamedModules().Select(named => named.Name));
        using Tensor x = Tensor.Zeros([3, 4, 6]);
        using Tensor y = model.Forward(x);
        Assert.Equal([3, 2], y.Shape.ToArray());
    }

    [Fact]
    public void Sequential_WithoutLayers_SaysSo()
    {
        Sequential model = [];
        using Tensor x = Tensor.Zeros([3, 4, 6]);

        Action[] calls =
        [
            () => model.Forward(x),
            () => model.Build([3, 4, 6]),
            () => model.Compile(new MeanSquaredError(), new Adam()),
        ];
        Assert.All(calls, call => Assert.Contains(
            "no layers", Assert.Throws<InvalidOperationException>(call).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Add_AfterCompile_IsRefused()
    {
        Sequential model = new() { new Dense(2) };
        model.Compile(new MeanSquaredError(), new Adam());

        string message = Assert.Throws<InvalidOperationException>(() => model.Add(new Dense(1))).Message;

        Assert.Contains("before Compile", message, StringComparison.Ordinal);
    }
}
