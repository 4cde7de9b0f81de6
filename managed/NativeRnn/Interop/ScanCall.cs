namespace NativeRnn.Interop;

/// <summary>
/// What the forward and the backward call of an elementwise recurrence share: <c>nrnn_scan_forward_args</c> with
/// tensors.
/// </summary>
internal readonly ref struct ScanCall
{
    public required NrnnScanKind Kind { get; init; }
    public required int Directions { get; init; }
    public required bool BatchFirst { get; init; }
    public required long Steps { get; init; }
    public required long Batch { get; init; }
    public required long Hidden { get; init; }
    public required Tensor Gates { get; init; }
    public Tensor? U { get; init; }
    public Tensor? Lengths { get; init; }
    public Tensor? H0 { get; init; }
}
