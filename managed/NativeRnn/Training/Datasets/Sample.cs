namespace NativeRnn.Training;

/// <summary>One example to learn from.</summary>
/// <param name="Input">Of one row: a sequence is [T,I], or [T] of indices; T may differ from sample to
/// sample.</param>
/// <param name="Target">What the model should give for it: a class, numbers, one for each step, [T,..], or
/// labels, int32 [S], as <see cref="CtcLoss"/> takes them and a <see cref="Layers.Seq2Seq"/> writes them
/// (see <see cref="Dataset.Pad"/>).</param>
/// <param name="Weight">How much it counts in the loss; at least 0 and finite.</param>
public sealed record Sample(HostTensor Input, HostTensor Target, float Weight = 1);
