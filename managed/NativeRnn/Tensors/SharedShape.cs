namespace NativeRnn;

/// <summary>A shape that tensors refer to, so that a tensor is a small object.</summary>
internal sealed class SharedShape(in TensorShape shape)
{
    private readonly TensorShape _value = shape;

    internal ref readonly TensorShape Value => ref _value;
}
