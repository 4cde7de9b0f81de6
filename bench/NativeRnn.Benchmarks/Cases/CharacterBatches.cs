using System.Text;
using NativeRnn.Data;

namespace Benchmarks;

/// <summary>
/// A generated text as batches for truncated back-propagation: B streams side by side, each cut into
/// windows of T characters that follow one another; after the last window comes the first.
/// </summary>
internal sealed class CharacterBatches(Shape shape)
{
    private const int TextLength = 500_000;

    private static readonly string Text = Generate();
    private static readonly CharVocabulary Characters = CharVocabulary.FromText(Text);
    private static readonly int[] Codes = Characters.Encode(Text);

    private readonly int _streamLength = (TextLength - 1) / shape.Batch;

    /// <summary>Distinct characters.</summary>
    public static int Vocabulary => Characters.Count;

    /// <summary>Characters of a batch, T B.</summary>
    public int Length => shape.Steps * shape.Batch;

    /// <summary>Sets a window's characters and what follows each of them, both [T,B].</summary>
    public void Fill(int window, Span<int> inputs, Span<int> targets)
    {
        int first = window % (_streamLength / shape.Steps) * shape.Steps;
        for (int step = 0; step < shape.Steps; step++)
        {
            for (int stream = 0; stream < shape.Batch; stream++)
            {
                int from = (stream * _streamLength) + first + step;
                int to = (step * shape.Batch) + stream;
                (inputs[to], targets[to]) = (Codes[from], Codes[from + 1]);
            }
        }
    }

    // Sentences of words from a fixed list, short ones the most frequent: there is much to learn.
    private static string Generate()
    {
        Random random = new(1);
        string[] words = [.. Enumerable.Range(0, 300).Select(rank => Word(random, 2 + (rank / 50)))];
        StringBuilder text = new(TextLength);
        while (text.Length < TextLength)
        {
            double skewed = Math.Pow(random.NextDouble(), 3);
            string word = words[(int)(skewed * words.Length)];
            bool starts = text.Length == 0 || text[^1] == '\n';
            text.Append(starts ? char.ToUpperInvariant(word[0]) : word[0]).Append(word.AsSpan(1));
            text.Append(random.Next(9) switch { 0 => ".\n", 1 => ", ", _ => " " });
        }

        return text.ToString(0, TextLength);
    }

    private static string Word(Random random, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(26))));
}
