using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>A model learns to write digits backward.</summary>
public sealed class Seq2SeqTrainingTests
{
    private const int Digits = 10;
    private const int Start = 10;
    private const int End = 11;
    private const int Length = 5;
    private const int Batch = 64;

    [Theory]
    [Trait(TestDevice.Trait, TestDevice.Real)]
    [InlineData(1f)]
    [InlineData(0.5f)]
    public void Trained_WritesDigitsBackward(float lastTeacherForcing)
    {
        using Device device = TestDevice.Open(2);
        Seq2Seq model = Train(device, lastTeacherForcing, steps: 300);
        (Tensor source, int[] target) = Draw(device, new Random(99));

        IReadOnlyList<DecodedSequence> greedy = model.Greedy(source, maxLength: 2 * Length);
        IReadOnlyList<IReadOnlyList<DecodedSequence>> beam = model.BeamSearch(
            source, new BeamSearchOptions { Width = 4, MaxLength = 2 * Length });

        int right = 0, rightByBeam = 0;
        for (int row = 0; row < Batch; row++)
        {
            int[] wanted = target[(row * (Length + 1))..((row * (Length + 1)) + Length)];
            right += greedy[row].Tokens.SequenceEqual(wanted) ? 1 : 0;
            rightByBeam += beam[row][0].Tokens.SequenceEqual(wanted) ? 1 : 0;
            Assert.True(beam[row][0].LogProbability >= greedy[row].LogProbability - 1e-5);
        }

        Assert.True(right >= Batch * 0.9, $"{right} of {Batch} by greedy decoding");
        Assert.True(rightByBeam >= right, $"{rightByBeam} of {Batch} by beam search, {right} by greedy");
    }

    [Fact]
    public void Trained_OnAnyNumberOfThreads_HasTheSameBits()
    {
        using Device one = TestDevice.Open(), three = TestDevice.Open(3);

        Dictionary<string, Tensor> wanted = Train(one, 0.5f, steps: 6).StateDict();

        foreach ((string name, Tensor weights) in Train(three, 0.5f, steps: 6).StateDict())
        {
            Assert.Equal(wanted[name].ToArray(), weights.ToArray());
        }
    }

    private static Seq2Seq Train(Device device, float lastTeacherForcing, int steps)
    {
        Seq2Seq model = new(
            new Seq2SeqOptions
            {
                SourceVocabulary = Digits,
                TargetVocabulary = Digits + 2,
                StartToken = Start,
                EndToken = End,
                EmbeddingSize = 16,
                HiddenSize = 48,
                Cell = RnnCell.Gru,
                Bidirectional = true,
                Attention = Seq2SeqAttention.General,
                Seed = 1,
            },
            device);
        Adam optimizer = new(model.Parameters(), learningRate: 1e-2f);
        CrossEntropyLoss loss = new();
        Random random = new(3);
        for (int step = 0; step < steps; step++)
        {
            float teacherForcing = ScheduledSampling.Linear(step, 2.0 / steps, lastTeacherForcing);
            using GradientTape tape = device.Record();
            (Tensor source, int[] target) = Draw(device, random);
            Tensor wanted = Tensor.From(target, [Batch, Length + 1], device);
            tape.Backward(loss.Evaluate(model.Forward(source, wanted, null, teacherForcing), wanted));
            optimizer.ClipGradientNorm(1);
            optimizer.Step();
        }

        return model;
    }

    private static (Tensor Source, int[] Target) Draw(Device device, Random random)
    {
        int[] source = [.. Enumerable.Range(0, Batch * Length).Select(_ => random.Next(Digits))];
        int[] target = [.. source.Chunk(Length).SelectMany(row => row.Reverse().Append(End))];
        return (Tensor.From(source, [Batch, Length], device), target);
    }
}
