namespace NativeRnn.Training;

/// <summary>A batch in the host's memory, as the thread that prepares it makes it.</summary>
internal sealed record HostBatch(
    HostTensor Input, HostTensor Target, float[]? Weights, int[]? Lengths)
{
    internal int Rows => Input.Shape[0];

    /// <summary>As tensors; the tape's while one is on.</summary>
    internal Batch ToBatch(Device device) => new(
        Input.ToTensor(device),
        Target.ToTensor(device),
        Weights is null ? null : Tensor.From(Weights, device),
        Lengths is null ? null : Tensor.From(Lengths, device));
}
