namespace NativeRnn.Training;

/// <summary>Tensors for a batch, which the next batch of the same shapes uses again.</summary>
internal sealed class BatchRoom
{
    private Tensor? _input;
    private Tensor? _target;
    private Tensor? _weights;
    private Tensor? _lengths;

    /// <summary>Brings a batch to a device. The tensors hold it until the next call.</summary>
    internal Batch Put(HostBatch batch, Device device) => new(
        Written(ref _input, batch.Input, device),
        Written(ref _target, batch.Target, device),
        batch.Weights is null ? null : Written(ref _weights, batch.Weights, device),
        batch.Lengths is null ? null : Written(ref _lengths, batch.Lengths, device));

    private static Tensor Written(ref Tensor? room, HostTensor values, Device device)
    {
        if (room is null || room.DType != values.DType || !room.Shape.SequenceEqual(values.Shape))
        {
            room?.Dispose();
            room = Tensor.NewOwned(values.Shape, device, values.DType);
        }

        if (values.Floats is float[] floats)
        {
            room.Write(floats);
        }
        else
        {
            room.Write(values.Integers);
        }

        return room;
    }
}
