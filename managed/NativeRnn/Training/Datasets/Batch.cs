namespace NativeRnn.Training;

/// <summary>Rows that a model is trained on together.</summary>
/// <param name="Input">[B,..].</param>
/// <param name="Target">[B,..], as the loss wants it.</param>
/// <param name="Weights">How much each row counts in the loss, [B], at least 0; or more axes of the
/// target, such as [B,T]. Null: all count the same.</param>
/// <param name="Lengths">The valid steps of each row, int32 [B], for the recurrent layers. Null: all.
/// </param>
public readonly record struct Batch(
    Tensor Input, Tensor Target, Tensor? Weights = null, Tensor? Lengths = null)
{
    /// <summary>How many rows there are.</summary>
    public int Rows => Input.Shape[0];
}
