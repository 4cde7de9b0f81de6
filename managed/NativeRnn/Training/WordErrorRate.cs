namespace NativeRnn.Training;

/// <summary>
/// The word error rate: the insertions, deletions and replacements of words that make the predicted
/// texts the wanted ones, over the number of wanted words; of the whole corpus. 0 is perfect, and it
/// may be above 1. Infinite when there are words where none are wanted at all.
/// </summary>
public sealed class WordErrorRate : TextMetric
{
    private EditRate _rate;

    /// <inheritdoc/>
    public override string Name => "wer";

    /// <inheritdoc/>
    public override double Result => _rate.Value;

    /// <inheritdoc/>
    public override void Reset() => _rate = default;

    /// <summary>Takes a text into account.</summary>
    /// <param name="prediction">What was recognised; white space separates words.</param>
    /// <param name="target">What it should be. Case and punctuation count.</param>
    public void Update(string prediction, string target) =>
        _rate.Add<string>(WordsOf(prediction, nameof(prediction)), WordsOf(target, nameof(target)));

    /// <summary>Takes a text into account that is given as numbers of words.</summary>
    /// <param name="prediction">What was recognised.</param>
    /// <param name="target">What it should be.</param>
    public void Update(ReadOnlySpan<int> prediction, ReadOnlySpan<int> target) =>
        _rate.Add(prediction, target);
}
