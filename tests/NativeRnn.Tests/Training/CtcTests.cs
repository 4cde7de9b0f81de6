using NativeRnn.Layers;
using NativeRnn.Tests.Golden;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>CtcLoss and CtcDecoder.</summary>
public sealed class CtcTests : IDisposable
{
    private const int Classes = 3;

    private readonly Device _device = TestDevice.Open(2);

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Evaluate_WithLengths_IsTheMeanOverAllAlignments(bool batchFirst)
    {
        int[][] targets = [[1, 1], [2], []];
        int[] lengths = [5, 4, 2];
        Tensor logits = Logits(1, 3, 5, batchFirst);
        CtcLoss loss = new(batchFirst: batchFirst);

        float got = loss.EvaluateSequences(
            logits,
            Tensor.From([1, 1, 2, 0, 0, 0], [3, 2], _device),
            Tensor.From(lengths, [3], _device),
            Tensor.From([2, 1, 0], [3], _device)).Item();

        double wanted = Enumerable.Range(0, 3).Sum(row =>
            -Math.Log(Probabilities(LogsOf(logits, row, lengths[row], batchFirst))[Key(targets[row])])
                / Math.Max(targets[row].Length, 1) / 3);
        Assert.Equal(wanted, got, 1e-5);
    }

    [Fact]
    public void Evaluate_OfPyTorchsNumbers_IsPyTorchsMean()
    {
        GoldenFile golden = new("ctc");
        Tensor Integers(string name, params int[] shape) =>
            Tensor.From(golden.Integers(name), shape, _device);

        Tensor mean = new CtcLoss(blank: 2, batchFirst: false).EvaluateSequences(
            golden.Tensor(_device, "logits", 7, 4, 5),
            Integers("targets", 4, 3),
            Integers("lengths", 4),
            Integers("target_lengths", 4));

        Assert.Equal(golden["mean"][0], mean.Item(), 1e-5);
    }

    [Fact]
    public void Evaluate_WithNegativeTargets_EndsTheRowsThere()
    {
        Tensor logits = Logits(2, 2, 6);
        CtcLoss loss = new();

        float short1 = loss.Evaluate(logits, Tensor.From([1, 2, 2, -1], [2, 2], _device)).Item();
        float short2 = loss.EvaluateSequences(
            logits,
            Tensor.From([1, 2, 2, 0], [2, 2], _device),
            null,
            Tensor.From([2, 1], [2], _device)).Item();

        Assert.Equal(short2, short1);
    }

    [Fact]
    public void EvaluateRows_OfLogProbabilities_IsThatOfLogits()
    {
        Tensor logits = Logits(3, 2, 6);
        Tensor targets = Tensor.From([1, 2, 2, 1], [2, 2], _device);

        float[] losses = new CtcLoss().EvaluateRows(logits, targets).ToArray();
        float[] same = new CtcLoss().EvaluateRows(logits.LogSoftmax(), targets).ToArray();

        Numbers.AssertClose([.. losses.Select(loss => (double)loss)], same, 1e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradient_IsTheDifference(bool batchFirst)
    {
        Tensor logits = Logits(4, 3, 5, batchFirst).RequireGradient();
        CtcLoss loss = new(blank: 2, batchFirst: batchFirst);

        GradientCheck.Run(
            _device,
            () => loss.EvaluateSequences(
                logits,
                Tensor.From([1, 1, 0, 1, 0, 0], [3, 2], _device),
                Tensor.From([5, 4, 3], [3], _device),
                Tensor.From([2, 2, 1], [3], _device)),
            logits);
    }

    [Theory]
    [InlineData(false, float.PositiveInfinity)]
    [InlineData(true, 0f)]
    public void Evaluate_OfImpossibleRow_IsInfinityOrZeroWithoutGradient(bool zeroInfinity, float wanted)
    {
        Tensor logits = Logits(5, 1, 2).RequireGradient();
        using GradientTape tape = _device.Record();

        Tensor loss = new CtcLoss(zeroInfinity: zeroInfinity)
            .Evaluate(logits, Tensor.From([1, 1], [1, 2], _device));
        tape.Backward(loss);

        Assert.Equal(wanted, loss.Item());
        Assert.All(logits.Gradient!.ToArray(), g => Assert.Equal(0, g));
    }

    [Fact]
    public void Training_OfLstm_ReadsWhatItWasTrainedOn()
    {
        Tensor x = Numbers.Tensor(_device, 6, 4, 12, 5);
        Tensor targets = Tensor.From([1, 2, 3, 3, 3, 1, 2, -1, -1, 1, 1, 2], [4, 3], _device);
        Sequential model = new(new Lstm(24, returnSequences: true, seed: 1), new Dense(4, seed: 2));
        model.Compile(new CtcLoss(), new Adam(learningRate: 0.02f));
        model.Fit(x, targets, epochs: 150, batchSize: 4);

        CtcDecoder decoder = new();
        int[][] wanted = [[1, 2, 3], [3, 3, 1], [2], [1, 1, 2]];

        Assert.Equal(wanted, decoder.Greedy(model.Predict(x)).Select(h => h.Labels.ToArray()));
        Assert.Equal(wanted, decoder.PrefixBeam(model.Predict(x)).Select(row => row[0].Labels.ToArray()));
    }

    [Fact]
    public void Greedy_MergesRepeatsAndRemovesBlanks()
    {
        Tensor logits = OneHot([1, 1, 0, 1, 2, 2, 0, 0], [0, 2, 0, 1, 1, 1, 1, 1]);
        CtcDecoder decoder = new();

        IReadOnlyList<CtcHypothesis> all = decoder.Greedy(logits);
        IReadOnlyList<CtcHypothesis> some = decoder.Greedy(logits, Tensor.From([3, 0], [2], _device));

        Assert.Equal([1, 1, 2], all[0].Labels);
        Assert.Equal([2, 1], all[1].Labels);
        Assert.Equal([1], some[0].Labels);
        Assert.Empty(some[1].Labels);
        double step = 4 - Math.Log(Math.Exp(4) + 2);
        Assert.Equal(8 * step, all[0].LogProbability, 1e-6);
        Assert.Equal(0, some[1].LogProbability);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PrefixBeam_ThatKeepsAll_GivesTheProbabilitiesOfAllLabels(bool batchFirst)
    {
        Tensor logits = Logits(7, 2, 5, batchFirst);
        int[] lengths = [5, 3];

        var rows = new CtcDecoder(batchFirst: batchFirst).PrefixBeam(
            logits, beamWidth: 1000, Tensor.From(lengths, [2], _device));

        for (int row = 0; row < 2; row++)
        {
            Dictionary<string, double> wanted =
                Probabilities(LogsOf(logits, row, lengths[row], batchFirst));
            Assert.Equal(wanted.Count, rows[row].Count);
            Assert.All(rows[row], hypothesis => Assert.Equal(
                wanted[Key(hypothesis.Labels)], Math.Exp(hypothesis.LogProbability), 1e-6));
            Assert.Equal(rows[row].OrderByDescending(h => h.Score), rows[row]);
        }
    }

    // The likeliest alignment is blank blank, 0.6 x 0.6, but "1" has 0.4 x 0.4 + 2 x 0.4 x 0.6.
    [Fact]
    public void PrefixBeam_AddsAlignmentsUp_WhereGreedyTakesOne()
    {
        float[] step = [MathF.Log(0.6f), MathF.Log(0.4f)];
        Tensor logits = Tensor.From([.. step, .. step], [1, 2, 2], _device);
        CtcDecoder decoder = new();

        Assert.Empty(decoder.Greedy(logits)[0].Labels);
        CtcHypothesis best = decoder.PrefixBeam(logits, beamWidth: 2)[0][0];
        Assert.Equal([1], best.Labels);
        Assert.Equal(0.64, Math.Exp(best.LogProbability), 1e-6);
    }

    [Fact]
    public void PrefixBeam_WithLanguageModel_AddsItOnceForEachLabel()
    {
        Tensor logits = Logits(8, 1, 5);
        List<string> asked = [];
        double Model(IReadOnlyList<int> prefix, int label)
        {
            asked.Add($"{Key(prefix)}>{label}");
            return label == 1 ? -100 : 0.5;
        }

        CtcHypothesis best = new CtcDecoder().PrefixBeam(logits, 50, null, Model)[0][0];

        Assert.DoesNotContain(1, best.Labels);
        Assert.Equal(best.LogProbability + (0.5 * best.Labels.Count), best.Score, 1e-9);
        Assert.Equal(asked.Distinct().Count(), asked.Count);
    }

    public static TheoryData<string> WrongCalls() =>
    [
        "blank", "predictions", "classes", "targets", "float targets", "lengths", "far length",
        "blank target", "far target", "decoder blank", "beam", "logits", "decoder lengths",
    ];

    [Theory]
    [MemberData(nameof(WrongCalls))]
    public void WrongCall_Throws_NamingTheArgument(string which)
    {
        Tensor logits = Logits(9, 2, 4), targets = Tensor.From([1, 2], [2, 1], _device);
        CtcLoss loss = new();
        CtcDecoder decoder = new();
        Tensor Integers(params int[] values) => Tensor.From(values, [values.Length], _device);
        (Action call, string says) = which switch
        {
            "blank" => ((Action)(() => _ = new CtcLoss(-1)), "blank"),
            "predictions" => (() => loss.Evaluate(logits[0], targets), "must be [B,T,C]"),
            "classes" => (() => new CtcLoss(3).Evaluate(logits, targets), "3 classes, the blank is 3"),
            "targets" => (() => loss.Evaluate(logits, targets[..1]), "must be [2, S]"),
            "float targets" => (() => loss.Evaluate(logits, logits), "targets must hold int32"),
            "lengths" => (() => loss.EvaluateRows(logits, targets, Integers(1)), "lengths has the shape [1]"),
            "far length" => (() => loss.EvaluateRows(logits, targets, Integers(4, 5)), "lengths[1] is 5"),
            "blank target" => (
                () => loss.EvaluateRows(logits, Tensor.From([1, 0], [2, 1], _device)), "targets[1,0] is 0"),
            "far target" => (
                () => loss.EvaluateRows(logits, Tensor.From([3, 1], [2, 1], _device)), "targets[0,0] is 3"),
            "decoder blank" => (() => _ = new CtcDecoder(-2), "blank"),
            "beam" => (() => decoder.PrefixBeam(logits, 0), "beamWidth must be at least 1"),
            "logits" => (() => new CtcDecoder(3).Greedy(logits), "[2, 4, 3]"),
            _ => (() => decoder.Greedy(logits, Integers(4, -1)), "lengths[1] is -1, must be 0 to 4"),
        };

        // A GPU tells of wrong targets when its work is awaited.
        ArgumentException thrown = Assert.ThrowsAny<ArgumentException>(() =>
        {
            call();
            _device.Synchronize();
        });
        Assert.Contains(says, thrown.Message, StringComparison.Ordinal);
    }

    private Tensor Logits(int seed, int batch, int steps, bool batchFirst = true) => Numbers.Tensor(
        _device, seed, batchFirst ? batch : steps, batchFirst ? steps : batch, Classes) * 2;

    // Logits of 4 for the class of each step, 0 for the others.
    private Tensor OneHot(params int[][] rows)
    {
        int steps = rows[0].Length;
        float[] values = new float[rows.Length * steps * Classes];
        for (int row = 0; row < rows.Length; row++)
        {
            for (int step = 0; step < steps; step++)
            {
                values[(((row * steps) + step) * Classes) + rows[row][step]] = 4;
            }
        }

        return Tensor.From(values, [rows.Length, steps, Classes], _device);
    }

    private static string Key(IEnumerable<int> labels) => string.Join(' ', labels);

    private static double[][] LogsOf(Tensor logits, int row, int length, bool batchFirst)
    {
        Tensor logs = logits.LogSoftmax();
        return
        [
            .. Enumerable.Range(0, length).Select(step => (batchFirst ? logs[row, step] : logs[step, row])
                .ToArray().Select(log => (double)log).ToArray()),
        ];
    }

    // The probability of each label sequence, by all paths one after the other.
    private static Dictionary<string, double> Probabilities(double[][] logs)
    {
        Dictionary<string, double> sums = [];
        int paths = (int)Math.Pow(Classes, logs.Length);
        for (int path = 0; path < paths; path++)
        {
            List<int> labels = [];
            double log = 0;
            int before = 0;
            for (int step = 0, rest = path; step < logs.Length; step++, rest /= Classes)
            {
                int label = rest % Classes;
                log += logs[step][label];
                if (label != before && label != 0)
                {
                    labels.Add(label);
                }

                before = label;
            }

            sums[Key(labels)] = sums.GetValueOrDefault(Key(labels)) + Math.Exp(log);
        }

        return sums;
    }
}
