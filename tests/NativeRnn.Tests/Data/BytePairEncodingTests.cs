using NativeRnn.Data;

namespace NativeRnn.Tests.Data;

public class BytePairEncodingTests
{
    // Five times low, twice lower, six times newest, three times widest: the example of Sennrich 2016.
    private static readonly string[][] Texts =
    [
        [.. Enumerable.Repeat("low", 5), .. Enumerable.Repeat("lower", 2)],
        [.. Enumerable.Repeat("newest", 6), .. Enumerable.Repeat("widest", 3)],
    ];

    [Fact]
    public void Train_MergesTheMostFrequentPairFirst()
    {
        BytePairEncoding encoding = BytePairEncoding.Train(Texts, merges: 5);

        // es 9 (before st 9 by code unit), est 9, then lo 7, ew 6 and new 6; the w of low is another piece than that of
        // lower, as it ends a word.
        Assert.Equal(
            [("e@@", "s@@"), ("es@@", "t"), ("l@@", "o@@"), ("e@@", "w@@"), ("ew@@", "est")], encoding.Merges);
        Assert.Equal(["lo@@", "w"], encoding.Split(["low"]));
        Assert.Equal(["lo@@", "w@@", "est"], encoding.Split(["lowest"]));
        Assert.Equal(["n@@", "ewest"], encoding.Split(["newest"]));
    }

    [Fact]
    public void Train_WithoutLimit_EndsWhenPairsAreRare()
    {
        BytePairEncoding encoding = BytePairEncoding.Train([["ab", "ab", "cd"]], merges: 100);

        Assert.Equal([("a@@", "b")], encoding.Merges);
        Assert.Equal([("a@@", "b"), ("c@@", "d")], BytePairEncoding.Train([["ab", "ab", "cd"]], 100, minCount: 1).Merges);
    }

    [Theory]
    [InlineData("aaaa aaaa aaaa", "aa@@ aa")]
    [InlineData("aaaaa aaaaa", "aa@@ aa@@ a")]
    public void Merges_OfRepeatedCharacters_GoFromLeftToRight(string text, string split)
    {
        BytePairEncoding encoding = new([("a@@", "a@@"), ("a@@", "a")]);

        Assert.Equal(split, string.Join(' ', encoding.Split([text.Split(' ')[0]])));
    }

    /// <summary>The counts that training keeps are those that a count of all words would give.</summary>
    [Fact]
    public void Train_OnRandomWords_EqualsCountingAnewForEachMerge()
    {
        Random random = new(4);
        string[] words = [.. Enumerable.Range(0, 300).Select(_ =>
            new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => (char)('a' + random.Next(3)))]))];

        BytePairEncoding encoding = BytePairEncoding.Train([words], merges: 40);

        Assert.Equal(CountedAnew(words, 40), encoding.Merges);
    }

    [Fact]
    public void Split_ThenJoin_GivesTheWords()
    {
        BytePairEncoding encoding = BytePairEncoding.Train(Texts, merges: 4);
        string[] words = ["newest", "unknown", "x", "größe", "\U0001F600s", "low"];

        string[] pieces = encoding.Split(words);

        Assert.Equal(words, BytePairEncoding.Join(pieces));
        Assert.Contains("\U0001F600@@", pieces);
        Assert.Equal(["new"], BytePairEncoding.Join(["ne@@", "w@@"]));
        Assert.Equal(["@@"], BytePairEncoding.Join(["@@"]));
    }

    [Fact]
    public void AnEncodingOfItsMerges_SplitsAlike()
    {
        BytePairEncoding encoding = BytePairEncoding.Train(Texts, merges: 6);
        BytePairEncoding twin = new(encoding.Merges);

        Assert.Equal(encoding.Split(["lowest", "newer"]), twin.Split(["lowest", "newer"]));
    }

    [Fact]
    public void Vocabulary_NumbersPieces_StartAndEnd()
    {
        SubwordVocabulary vocabulary = SubwordVocabulary.Train(Texts, merges: 5);

        Assert.Equal(vocabulary.Pieces.Count + 2, vocabulary.Count);
        int[] tokens = vocabulary.Encode(["newest", "low"]);
        Assert.All(tokens, token => Assert.InRange(token, 2, vocabulary.Pieces.Count - 1));
        Assert.Equal(["newest", "low"], vocabulary.Decode([vocabulary.StartToken, .. tokens, vocabulary.EndToken]));
        Assert.Equal(["n@@", "ewest", "lo@@", "w"], vocabulary.DecodePieces(tokens));
        Assert.Equal([WordVocabulary.Unknown], vocabulary.Encode(["z"]));
    }

    [Fact]
    public void WrongInput_SaysWhatIsWrong()
    {
        Assert.Contains("merge 0", Message(() => new BytePairEncoding([("a", "b")])), StringComparison.Ordinal);
        Assert.Contains("merge 1", Message(() => new BytePairEncoding([("a@@", "b"), ("a@@", "")])), StringComparison.Ordinal);
        Assert.Contains("twice", Message(() => new BytePairEncoding([("a@@", "b"), ("a@@", "b")])), StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => BytePairEncoding.Train(Texts, merges: -1));
        Assert.ThrowsAny<ArgumentException>(() => BytePairEncoding.Train(Texts, merges: 1, minCount: 0));
        Assert.ThrowsAny<ArgumentException>(() => BytePairEncoding.Train([[""]], merges: 1));
        Assert.ThrowsAny<ArgumentException>(() => BytePairEncoding.Train(Texts, 1).Split([""]));
    }

    private static string Message(Func<object> make) => Assert.ThrowsAny<ArgumentException>(make).Message;

    private static List<(string, string)> CountedAnew(string[] words, int merges)
    {
        List<string>[] split = [.. words.Select(word => word
            .Select((letter, place) => place < word.Length - 1 ? $"{letter}@@" : $"{letter}").ToList())];
        List<(string Left, string Right)> learnt = [];
        while (learnt.Count < merges)
        {
            (string Left, string Right) best = split
                .SelectMany(pieces => pieces.Zip(pieces.Skip(1)))
                .CountBy(pair => pair)
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key.First, StringComparer.Ordinal)
                .ThenBy(pair => pair.Key.Second, StringComparer.Ordinal)
                .First().Key;
            learnt.Add(best);
            foreach (List<string> pieces in split)
            {
                for (int place = 1; place < pieces.Count; place++)
                {
                    if (pieces[place - 1] == best.Left && pieces[place] == best.Right)
                    {
                        pieces[place - 1] = best.Left[..^2] + best.Right;
                        pieces.RemoveAt(place);
                    }
                }
            }
        }

        return learnt;
    }
}
