using System.Text;
using NativeRnn.Data;

namespace Benchmarks;

/// <summary>
/// A text as batches for truncated back-propagation: B streams side by side, each cut into windows
/// of T characters that follow one another; after the last window comes the first.
/// </summary>
internal sealed class CharacterBatches
{
    private const int GeneratedLength = 500_000;

    private readonly int[] _text;
    private readonly int _batch;
    private readonly int _sequence;
    private readonly int _streamLength;

    private CharacterBatches(string name, string text, int batch, int sequence)
    {
        CharVocabulary vocabulary = CharVocabulary.FromText(text);
        (Name, Vocabulary) = (name, vocabulary.Count);
        (_text, _batch, _sequence) = (vocabulary.Encode(text), batch, sequence);
        _streamLength = (_text.Length - 1) / batch;
        if (_streamLength < sequence)
        {
            throw new InvalidDataException(
                $"{name} has {text.Length} characters; a batch takes {(batch * sequence) + 1}");
        }
    }

    public string Name { get; }

    public int Vocabulary { get; }

    /// <summary>Characters of a file, or of a generated text where there is none.</summary>
    public static CharacterBatches Load(FileInfo? file, int batch, int sequence) => file is null
        ? new CharacterBatches("generated text", Generate(), batch, sequence)
        : new CharacterBatches(file.Name, File.ReadAllText(file.FullName), batch, sequence);

    /// <summary>Sets a window's characters and what follows each of them, both [T,B].</summary>
    public void Fill(int window, Span<int> inputs, Span<int> targets)
    {
        int first = window % (_streamLength / _sequence) * _sequence;
        for (int step = 0; step < _sequence; step++)
        {
            for (int stream = 0; stream < _batch; stream++)
            {
                int from = (stream * _streamLength) + first + step;
                int to = (step * _batch) + stream;
                (inputs[to], targets[to]) = (_text[from], _text[from + 1]);
            }
        }
    }

    // Sentences of words from a fixed list, short ones the most frequent: there is much to learn.
    private static string Generate()
    {
        Random random = new(1);
        string[] words = [.. Enumerable.Range(0, 300).Select(rank => Word(random, 2 + (rank / 50)))];
        StringBuilder text = new(GeneratedLength);
        while (text.Length < GeneratedLength)
        {
            double skewed = Math.Pow(random.NextDouble(), 3);
            string word = words[(int)(skewed * words.Length)];
            bool starts = text.Length == 0 || text[^1] == '\n';
            text.Append(starts ? char.ToUpperInvariant(word[0]) : word[0]).Append(word.AsSpan(1));
            text.Append(random.Next(9) switch { 0 => ".\n", 1 => ", ", _ => " " });
        }

        return text.ToString(0, GeneratedLength);
    }

    private static string Word(Random random, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(26))));
}
