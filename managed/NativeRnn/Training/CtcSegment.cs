namespace NativeRnn.Training;

/// <summary>
/// Where a label stands in a row, as <see cref="CtcDecoder.Align"/> finds it. What CTC learns is when a label has been
/// heard: a segment is often shorter than the sound that it stands for, and lies anywhere in it.
/// </summary>
/// <param name="Label">The class.</param>
/// <param name="Start">Its first step.</param>
/// <param name="End">The step after its last one.</param>
/// <param name="Probability">That of the label, the mean over these steps.</param>
public sealed record CtcSegment(int Label, int Start, int End, double Probability);
