using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>A model that gets its targets as well is trained by Fit.</summary>
public sealed class Seq2SeqFitTests : IDisposable
{
    private const int Digits = 10;
    private const int Start = 10;
    private const int End = 11;

    private readonly Device _device = TestDevice.Open(2);

    public void Dispose() => _device.Dispose();

    /// <summary>Every digit twice: the target is about twice as long as the source.</summary>
    [Fact]
    public void Fit_OfTargetsOfTheirOwnLengths_Learns()
    {
        (Sequential model, Seq2Seq writer) = Make();
        Dataset data = Dataset.FromSamples(400, Doubled).Pad(target: -1).Shuffle(1).BucketByLength(3, 5).Batch(16);

        History history = model.Fit(data, epochs: 15, new FitOptions { ClipNorm = 1 }, _device);

        Assert.True(history.Epochs[^1].Training.Loss < 0.1 * history.Epochs[0].Training.Loss, history.ToString());
        Assert.True(model.Evaluate(data).Metrics["accuracy"] > 0.95);
        int[] written = [.. writer.Greedy(Tensor.From([7, 3, 7, 1], [1, 4], _device))[0].Tokens];
        Assert.Equal([7, 7, 3, 3, 7, 7, 1, 1], written);
    }

    [Fact]
    public void Evaluate_CountsTheStepsThatHaveTargets()
    {
        (Sequential model, Seq2Seq writer) = Make();
        Tensor source = Tensor.From([1, 2, 3, 4, 5, 6], [2, 3], _device);
        Tensor target = Tensor.From([1, 2, End, 3, End, -1], [2, 3], _device);

        double loss = model.Evaluate(source, target).Loss;

        float[] all = writer.InEvaluation(() => new CrossEntropyLoss(ignoreIndex: -1)
            .EvaluateEach(writer.Forward(source, Tensor.From([1, 2, End, 3, End, 0], [2, 3], _device)), target).ToArray());
        Assert.Equal(all.Sum() / 5, loss, 1e-5);
    }

    [Fact]
    public void Fit_EqualsALoopOfOnesOwn()
    {
        Tensor source = Tensor.From([1, 2, 3, 4, 5, 6], [2, 3], _device);
        Tensor target = Tensor.From([1, 2, End, 3, 4, End], [2, 3], _device);
        (Sequential fitted, _) = Make();
        fitted.Fit(source, target, epochs: 3, options: new FitOptions { Shuffle = false });

        (_, Seq2Seq looped) = Make();
        Adam optimizer = new(looped.Parameters(), learningRate: 1e-2f);
        for (int step = 0; step < 3; step++)
        {
            using GradientTape tape = _device.Record();
            tape.Backward(new CrossEntropyLoss().Evaluate(looped.Forward(source, target), target));
            optimizer.Step();
        }

        Dictionary<string, Tensor> wanted = looped.StateDict();
        foreach ((string name, Tensor weights) in fitted.Layers[0].StateDict())
        {
            Layers.Numbers.AssertClose([.. wanted[name].ToArray().Select(value => (double)value)], weights.ToArray(), 1e-5);
        }
    }

    [Fact]
    public void Weights_OfRows_WeighTheirSteps()
    {
        (Sequential model, _) = Make();
        Sample left = Doubled(3), right = Doubled(8);
        int steps = left.Target.Length, others = right.Target.Length;
        Dataset both = Dataset.FromSamples([left with { Weight = 0 }, right with { Weight = 2 }]).Pad(target: -1).Batch(2);

        // A mean over all steps.
        double expected = 2 * model.Evaluate(Dataset.FromSamples([right]), _device).Loss * others / (steps + others);
        Assert.Equal(expected, model.Evaluate(both, _device).Loss, 1e-5);
    }

    [Fact]
    public void WrongTargets_AndNumbersThatAreNotFinite_AreNamed()
    {
        (Sequential model, Seq2Seq writer) = Make();
        Tensor source = Tensor.From([1, 2], [1, 2], _device);

        Assert.Contains(
            "no step of a batch counts",
            Assert.ThrowsAny<ArgumentException>(() => model.Fit(source, Tensor.From([-1, -1], [1, 2], _device))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Pad(target: -1)",
            Assert.Throws<InvalidOperationException>(() => model.Fit(
                Dataset.FromSamples(8, Doubled).Batch(8), device: _device)).Message,
            StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => model.Predict(source));

        Dictionary<string, Tensor> state = writer.StateDict();
        state["decoder.weight_hh_l0"].Fill(float.NaN);
        writer.LoadStateDict(state);
        string message = Assert.Throws<NativeRnnException>(
            () => model.Fit(source, Tensor.From([1, End], [1, 2], _device))).Message;
        Assert.Contains("first in layer 0 (Seq2Seq) at time step 0", message, StringComparison.Ordinal);
    }

    // Of 1 to 6 digits.
    private static Sample Doubled(int number)
    {
        Random random = new(number);
        int[] digits = [.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => random.Next(Digits))];
        return new Sample(digits, (int[])[.. digits.SelectMany(digit => new[] { digit, digit }), End]);
    }

    private (Sequential Model, Seq2Seq Writer) Make()
    {
        Seq2Seq writer = new(
            new Seq2SeqOptions
            {
                SourceVocabulary = Digits,
                TargetVocabulary = Digits + 2,
                StartToken = Start,
                EndToken = End,
                EmbeddingSize = 16,
                HiddenSize = 48,
                OutputSize = 16,
                TiedOutput = true,
                Cell = RnnCell.Gru,
                Bidirectional = true,
                Seed = 1,
            },
            _device);
        Sequential model = new(writer);
        model.Compile(new CrossEntropyLoss(), new Adam(1e-2f), new AccuracyMetric());
        return (model, writer);
    }
}
