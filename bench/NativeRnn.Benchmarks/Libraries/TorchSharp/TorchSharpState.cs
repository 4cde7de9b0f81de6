using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>The state of recurrent layers, [L D,B,H] each; C is null but for LSTM.</summary>
internal sealed record TorchSharpState(Tensor H, Tensor? C)
{
    public static TorchSharpState Zeros(Shape shape)
    {
        long[] sizes = [shape.Layers * shape.Directions, shape.Batch, shape.Hidden];
        return new(zeros(sizes), shape.Cell == Cell.Lstm ? zeros(sizes) : null);
    }

    /// <summary>Cut off from what made it: no gradient flows through.</summary>
    public TorchSharpState Detach() => new(H.detach(), C?.detach());

    /// <summary>Out of the scope that would dispose it.</summary>
    public TorchSharpState Keep() => new(H.DetachFromDisposeScope(), C?.DetachFromDisposeScope());

    public void Drop()
    {
        H.Dispose();
        C?.Dispose();
    }
}
