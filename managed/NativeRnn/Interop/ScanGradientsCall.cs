namespace NativeRnn.Interop;

/// <summary>What <see cref="Ops.ScanBackward"/> takes beside the forward call's arguments.</summary>
internal readonly ref struct ScanGradientsCall
{
    public required Tensor Y { get; init; }
    public Tensor? Dy { get; init; }
    public Tensor? Dhn { get; init; }
    public required Tensor Dgates { get; init; }
    public Tensor? Du { get; init; }
    public Tensor? Dh0 { get; init; }
}
