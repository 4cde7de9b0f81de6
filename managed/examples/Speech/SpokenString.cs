using NativeRnn.Data;

/// <summary>Words that one speaker says, one after the other.</summary>
/// <param name="Labels">Which ones.</param>
/// <param name="Sound">Their recordings, joined.</param>
internal sealed record SpokenString(int[] Labels, Waveform Sound)
{
    private const int Shortest = 3;
    private const int Longest = 7;

    /// <summary>Joins recordings: each string is of one speaker, who is drawn, as its words are.</summary>
    /// <param name="recordings">All of them may be drawn, more than once too.</param>
    /// <param name="count">How many strings.</param>
    /// <param name="seed">The same seed draws the same ones.</param>
    public static SpokenString[] Join(IReadOnlyList<Recording> recordings, int count, long seed)
    {
        Random random = new(unchecked((int)seed));
        Recording[][] speakers = [.. recordings.GroupBy(recording => recording.Speaker).Select(group => group.ToArray())];
        SpokenString[] strings = new SpokenString[count];
        for (int number = 0; number < count; number++)
        {
            Recording[] speaker = speakers[random.Next(speakers.Length)];
            Recording[] words =
                [.. Enumerable.Range(0, random.Next(Shortest, Longest + 1)).Select(_ => speaker[random.Next(speaker.Length)])];
            strings[number] = new SpokenString(
                [.. words.Select(word => word.Label)], Waveform.Concat([.. words.Select(word => word.Sound)]));
        }

        return strings;
    }
}
