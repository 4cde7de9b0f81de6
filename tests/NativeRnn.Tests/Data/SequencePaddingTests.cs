using NativeRnn.Data;

namespace NativeRnn.Tests.Data;

public sealed class SequencePaddingTests
{
    private static readonly int[][] Lists = [[1, 2, 3], [], [4, 5, 6, 7, 8]];

    [Theory]
    [InlineData(null, PaddingSide.Pre, PaddingSide.Pre, new[] { 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 4, 5, 6, 7, 8 })]
    [InlineData(null, PaddingSide.Post, PaddingSide.Pre, new[] { 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 4, 5, 6, 7, 8 })]
    [InlineData(4, PaddingSide.Pre, PaddingSide.Pre, new[] { 0, 1, 2, 3, 0, 0, 0, 0, 5, 6, 7, 8 })]
    [InlineData(4, PaddingSide.Post, PaddingSide.Post, new[] { 1, 2, 3, 0, 0, 0, 0, 0, 4, 5, 6, 7 })]
    public void PadSequences_OfIntegers_IsKeras(
        int? maxLength, PaddingSide padding, PaddingSide truncating, int[] wanted)
    {
        Tensor got = SequencePadding.PadSequences(Lists, maxLength, padding, truncating);

        Assert.Equal(wanted, got.ToInt32Array());
        Assert.Equal([3, wanted.Length / 3], got.Shape.ToArray());
    }

    [Fact]
    public void PadSequences_OfFloats_TakesTheValue()
    {
        Tensor got = SequencePadding.PadSequences(
            [[1f], [2f, 3f]], padding: PaddingSide.Post, value: -1f);

        Assert.Equal([1f, -1, 2, 3], got.ToArray());
    }

    [Fact]
    public void PadSequences_WrongCalls_NameWhatIsWrong()
    {
        Check(() => SequencePadding.PadSequences(Array.Empty<int[]>()), "sequences");
        Check(() => SequencePadding.PadSequences(new int[][] { [] }), "a step");
        Check(() => SequencePadding.PadSequences(Lists, 0), "maxLength");
        Check(() => SequencePadding.PadSequences(Lists, padding: (PaddingSide)7), "padding");
    }

    private static void Check(Func<object> call, string words)
    {
        ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
    }
}
