using System.Text;

namespace NativeRnn.Training;

/// <summary>
/// The character error rate: the insertions, deletions and replacements of characters that make the
/// predicted texts the wanted ones, over the number of wanted characters; of the whole corpus. 0 is
/// perfect, and it may be above 1. Infinite when there are characters where none are wanted at all.
/// A character is a Unicode scalar value; white space counts.
/// </summary>
public sealed class CharacterErrorRate : TextMetric
{
    private EditRate _rate;

    /// <inheritdoc/>
    public override string Name => "cer";

    /// <inheritdoc/>
    public override double Result => _rate.Value;

    /// <inheritdoc/>
    public override void Reset() => _rate = default;

    /// <summary>Takes a text into account.</summary>
    /// <param name="prediction">What was recognised.</param>
    /// <param name="target">What it should be.</param>
    public void Update(string prediction, string target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        _rate.Add<Rune>([.. prediction.EnumerateRunes()], [.. target.EnumerateRunes()]);
    }

    /// <summary>Takes a text into account that is given as numbers of characters.</summary>
    /// <param name="prediction">What was recognised.</param>
    /// <param name="target">What it should be.</param>
    public void Update(ReadOnlySpan<int> prediction, ReadOnlySpan<int> target) =>
        _rate.Add(prediction, target);
}
