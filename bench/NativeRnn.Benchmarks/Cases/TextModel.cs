namespace Benchmarks;

/// <summary>
/// The language model of <see cref="Mode.Text"/>: embedding, recurrent layers, linear layer to the
/// logits of the next character, mean cross-entropy, gradients clipped by their norm, Adam. The
/// state goes from step to step, gradients don't.
/// </summary>
internal static class TextModel
{
    public const float LearningRate = 2e-3f;
    public const float ClipNorm = 5;

    /// <summary>Steps from the same weights whose losses are compared.</summary>
    public const int ComparedSteps = 50;

    /// <summary>Where other cases run quickly too, and these must not take longer than all of them.</summary>
    public const int QuickComparedSteps = 2;

    /// <summary>The layers; the input is the embedding.</summary>
    public static Shape Shape(Cell cell) => new(cell, 100, 64, 256) { Layers = 2, Input = 64 };

    /// <summary>Multiplications and additions of the linear layer's product, forward.</summary>
    public static double OutputFlops(Shape shape) =>
        2.0 * shape.Steps * shape.Batch * shape.Hidden * CharacterBatches.Vocabulary;
}
