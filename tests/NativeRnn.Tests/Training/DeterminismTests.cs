using System.Runtime.InteropServices;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>A training run gives the same bits for any number of threads.</summary>
public sealed class DeterminismTests
{
    private const int Steps = 100;
    private const int Sequence = 6;

    // Threads split a small batch's hidden units, a large batch's rows.
    [Theory]
    [Trait(TestDevice.Trait, TestDevice.Real)]
    [InlineData(RnnCell.Lstm, 2, 200)]
    [InlineData(RnnCell.Lstm, 21, 40)]
    [InlineData(RnnCell.Gru, 3, 200)]
    public void Training_AnyNumberOfThreads_GivesTheSameBits(RnnCell cell, int batch, int hidden)
    {
        (float[] losses, float[] weights) = Train(cell, batch, hidden, threads: 1);
        Assert.True(losses[^1] < losses[0], $"the loss went from {losses[0]} to {losses[^1]}");

        foreach (int threads in new[] { 2, 3, 8 })
        {
            (float[] otherLosses, float[] otherWeights) = Train(cell, batch, hidden, threads);
            Assert.Equal(Bits(losses), Bits(otherLosses));
            Assert.Equal(Bits(weights), Bits(otherWeights));
        }
    }

    /// <summary>A language model with dropout, clipping and Adam; the losses of all steps, and the weights.</summary>
    private static (float[] Losses, float[] Weights) Train(RnnCell cell, int batch, int hidden, int threads)
    {
        using Device device = TestDevice.Open(threads);
        LanguageModel model = new(
            new LanguageModelOptions
            {
                Cell = cell, Vocabulary = 11, Embedding = 9, Hidden = hidden, Layers = 2, Dropout = 0.2f, Seed = 7,
            },
            device);
        model.SetTraining(true);
        CrossEntropyLoss criterion = new();
        Adam optimizer = new(model.Parameters(), 1e-2f);
        using Tensor inputs = Tensor.From(new int[Sequence * batch], [Sequence, batch], device);
        using Tensor targets = Tensor.From(new int[Sequence * batch], [Sequence, batch], device);
        RecurrentState state = model.ZeroState(batch);
        float[] losses = new float[Steps];
        for (int step = 0; step < Steps; step++)
        {
            inputs.Write(Text(step * Sequence, batch));
            targets.Write(Text((step * Sequence) + 1, batch));
            using GradientTape tape = device.Record();
            (Tensor logits, RecurrentState next) = model.Forward(inputs, state);
            Tensor loss = criterion.Evaluate(logits, targets);
            tape.Backward(loss);
            optimizer.ClipGradientNorm(0.5f);
            optimizer.Step();
            state.Hidden.Write(next.Hidden);
            state.Cell?.Write(next.Cell!);
            losses[step] = loss.Item();
        }

        return (losses, [.. model.Parameters().SelectMany(parameter => parameter.Value.ToArray())]);
    }

    /// <summary>Window [T,B] of texts that repeat, a different one in each row.</summary>
    private static int[] Text(int start, int batch) =>
    [
        .. from step in Enumerable.Range(start, Sequence)
           from row in Enumerable.Range(0, batch)
           select step * (row + 1) % 11,
    ];

    private static int[] Bits(float[] values) => MemoryMarshal.Cast<float, int>(values).ToArray();
}
