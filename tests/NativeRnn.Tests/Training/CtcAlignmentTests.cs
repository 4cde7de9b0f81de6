using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>CtcDecoder.Align, against all alignments one after the other.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class CtcAlignmentTests : IDisposable
{
    private const int Classes = 3;

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<int, int, int[]> Rows()
    {
        TheoryData<int, int, int[]> rows = [];
        int[][] labels = [[], [0], [2], [0, 2], [2, 2], [0, 0, 2], [2, 0, 2]];
        for (int seed = 0; seed < 4; seed++)
        {
            foreach (int[] row in labels)
            {
                rows.Add(seed, 6, row);
            }
        }

        rows.Add(9, 3, [2, 2]);
        rows.Add(9, 1, [0]);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Align_IsTheLikeliestOfAllAlignments(int seed, int steps, int[] labels)
    {
        Tensor logits = Numbers.Tensor(_device, seed, 1, steps, Classes) * 3;
        float[] probabilities = logits.Softmax().ToArray();

        IReadOnlyList<CtcSegment> got = new CtcDecoder(blank: 1).Align(logits, [labels])[0];

        int[] path = Best(probabilities, steps, labels);
        CtcSegment[] wanted = Segments(path, probabilities);
        Assert.Equal(labels, got.Select(segment => segment.Label));
        Assert.Equal(wanted.Select(segment => (segment.Start, segment.End)), got.Select(s => (s.Start, s.End)));
        Assert.All(wanted.Zip(got), pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, 1e-5));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Align_OfABatch_IsThatOfItsRows(bool batchFirst)
    {
        Tensor logits = Numbers.Tensor(_device, 5, 2, 6, Classes);
        Tensor given = batchFirst ? logits : logits.Transpose(0, 1);
        int[][] labels = [[0, 2], [2]];

        var rows = new CtcDecoder(1, batchFirst).Align(given, labels, Tensor.From([6, 4], [2], _device));

        Assert.Equal(new CtcDecoder(1).Align(logits[..1], [labels[0]])[0], rows[0]);
        Assert.Equal(new CtcDecoder(1).Align(logits[1..][.., ..4], [labels[1]])[0], rows[1]);
    }

    [Theory]
    [InlineData("rows", "labels are of 2 rows")]
    [InlineData("blank", "labels[0] has 1, must be 0 to 2 and not the blank 1")]
    [InlineData("far", "labels[0] has 3")]
    [InlineData("many", "labels[0], 3 of them, cannot be aligned to 4 steps")]
    public void Align_OfWrongLabels_NamesThem(string which, string says)
    {
        Tensor logits = Numbers.Tensor(_device, 6, 1, 4, Classes);
        int[][] labels = which switch
        {
            "rows" => [[0], [0]],
            "blank" => [[0, 1]],
            "far" => [[3]],
            _ => [[2, 2, 2]],
        };

        ArgumentException error = Assert.Throws<ArgumentException>(
            "labels", () => new CtcDecoder(1).Align(logits, labels));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private static int[] Best(float[] probabilities, int steps, int[] labels)
    {
        (int[] Path, double Probability) best = ([], -1);
        for (int number = 0; number < Math.Pow(Classes, steps); number++)
        {
            int[] path = [.. Enumerable.Range(0, steps).Select(step => number / (int)Math.Pow(Classes, step) % Classes)];
            double probability = path.Select((label, step) => (double)probabilities[(step * Classes) + label])
                .Aggregate(1.0, (all, one) => all * one);
            if (probability > best.Probability && labels.SequenceEqual(Segments(path, probabilities).Select(s => s.Label)))
            {
                best = (path, probability);
            }
        }

        return best.Path;
    }

    // The runs of equal classes that are not the blank, 1.
    private static CtcSegment[] Segments(int[] path, float[] probabilities)
    {
        List<CtcSegment> segments = [];
        for (int start = 0, end; start < path.Length; start = end)
        {
            for (end = start + 1; end < path.Length && path[end] == path[start];)
            {
                end++;
            }

            if (path[start] != 1)
            {
                segments.Add(new CtcSegment(
                    path[start], start, end,
                    Enumerable.Range(start, end - start).Average(s => (double)probabilities[(s * Classes) + path[start]])));
            }
        }

        return [.. segments];
    }
}
