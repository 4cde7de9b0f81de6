namespace NativeRnn.Interop;

/// <summary>
/// What the calls of connectionist temporal classification share. Logits: [B,T,C] if batch-first, else [T,B,C];
/// Targets: int32 [B,S]; Lengths, TargetLengths: int32 [B] or null.
/// </summary>
internal readonly ref struct CtcCall
{
    public required Tensor Logits { get; init; }
    public required Tensor Targets { get; init; }
    public Tensor? Lengths { get; init; }
    public Tensor? TargetLengths { get; init; }
    public required bool BatchFirst { get; init; }
    public required int Blank { get; init; }
    public required bool ZeroInfinity { get; init; }
}
