using NativeRnn.Data;

namespace NativeRnn.Tests.Data;

public class TextWindowsTests
{
    public static TheoryData<int, int, int, int> Shapes() => new()
    {
        { 2, 1, 1, 0 },
        { 2, 4, 3, 0 },
        { 10, 3, 2, 0 },
        { 11, 3, 4, 0 },
        { 100, 7, 5, 0 },
        { 100, 7, 5, 5 },
        { 101, 10, 10, 0 },
        { 101, 10, 10, 3 },
        { 64, 64, 100, 100 },
        { 1000, 8, 13, 13 },
        { 1003, 1, 7, 7 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Windows_TogetherPredict_EachCharacterButTheFirstOnce(
        int length, int batch, int sequence, int warmUp)
    {
        // Character k is k, so that a target names its place.
        TextWindows windows = new(Numbers(length), batch, sequence, warmUp);
        int[] times = new int[length];
        int predictions = 0;

        foreach ((int input, int target, _) in Walk(windows, count => predictions += count))
        {
            if (target != TextWindows.IgnoredTarget)
            {
                times[target]++;
                Assert.Equal(input + 1, target);
            }
        }

        Assert.Equal(0, times[0]);
        Assert.All(times.Skip(1), count => Assert.Equal(1, count));
        Assert.Equal(windows.Predictions, predictions);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Streams_RunOn_FromWindowToWindow(int length, int batch, int sequence, int warmUp)
    {
        TextWindows windows = new(Numbers(length), batch, sequence, warmUp);
        int[] last = Enumerable.Repeat(-1, batch).ToArray();

        foreach ((int input, int target, int stream) in Walk(windows, _ => { }))
        {
            if (last[stream] >= 0 && target != TextWindows.IgnoredTarget)
            {
                Assert.Equal(last[stream] + 1, input);
            }

            last[stream] = input;
        }
    }

    [Fact]
    public void WarmUp_StartsStreams_ThatManyCharactersEarlier()
    {
        TextWindows windows = new(Numbers(101), batch: 4, sequence: 10, warmUp: 10);
        int[] inputs = new int[40];
        int[] targets = new int[40];

        TextWindow first = windows.Fill(0, inputs, targets);

        Assert.Equal(10, first.Predictions);
        Assert.All(targets.Where((_, at) => at % 4 == 0), target => Assert.True(target >= 0));
        Assert.All(targets.Where((_, at) => at % 4 != 0), target => Assert.Equal(-1, target));
    }

    [Fact]
    public void LastWindow_OfAnUnevenText_HasFewerSteps()
    {
        TextWindows windows = new(Numbers(48), batch: 2, sequence: 10);

        // 47 predictions: streams of 24 and 23 steps.
        Assert.Equal(3, windows.Count);
        Assert.Equal([10, 10, 4], Enumerable.Range(0, 3).Select(windows.StepsOf));
    }

    [Fact]
    public void Fill_WithTooLittleRoom_NamesTheArgument()
    {
        TextWindows windows = new(Numbers(48), batch: 2, sequence: 10);

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => windows.Fill(0, new int[20], new int[19]));

        Assert.Equal("targets", exception.ParamName);
    }

    private static int[] Numbers(int count) => Enumerable.Range(0, count).ToArray();

    private static IEnumerable<(int Input, int Target, int Stream)> Walk(
        TextWindows windows, Action<int> predictions)
    {
        int[] inputs = new int[windows.Batch * windows.Sequence];
        int[] targets = new int[windows.Batch * windows.Sequence];
        for (int window = 0; window < windows.Count; window++)
        {
            TextWindow filled = windows.Fill(window, inputs, targets);
            predictions(filled.Predictions);
            for (int at = 0; at < filled.Steps * windows.Batch; at++)
            {
                yield return (inputs[at], targets[at], at % windows.Batch);
            }
        }
    }
}
