namespace NativeRnn.Interop;

/// <summary>
/// What the forward and the backward call of the cross-entropy share. Logits: [..,C], the classes last; Targets: int32,
/// one for each row.
/// </summary>
internal readonly ref struct CrossEntropyCall
{
    public CrossEntropyCall()
    {
    }

    public required Tensor Logits { get; init; }
    public required Tensor Targets { get; init; }
    public int IgnoreIndex { get; init; } = -1;
    public float LabelSmoothing { get; init; }
}
