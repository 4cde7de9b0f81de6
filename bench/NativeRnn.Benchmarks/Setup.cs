namespace Benchmarks;

/// <summary>The recurrent cells that both libraries have.</summary>
internal enum Cell
{
    Lstm,
    Gru,
}

/// <summary>Which library runs.</summary>
internal enum Library
{
    Both,
    NativeRnn,
    TorchSharp,
}

/// <summary>What is trained or run: the same for each library.</summary>
internal sealed record Setup
{
    // Of Adam and of the clipping by the gradients' norm.
    internal const float LearningRate = 2e-3f;
    internal const float ClipNorm = 5;

    public required Cell Cell { get; init; }

    public required int Threads { get; init; }

    public required int Batch { get; init; }

    public int Vocabulary { get; init; }

    public int Embedding { get; init; } = 64;

    public int Hidden { get; init; } = 256;

    public int Layers { get; init; } = 2;

    public int Sequence { get; init; } = 100;

    public int CharactersPerStep => Batch * Sequence;

    /// <summary>
    /// Multiplications and additions of the recurrent layers' products for one character, forward.
    /// </summary>
    public double RecurrentFlops()
    {
        int gates = Cell == Cell.Lstm ? 4 : 3;
        double first = 2.0 * gates * Hidden * (Embedding + Hidden);
        double other = 2.0 * gates * Hidden * (Hidden + Hidden);
        return first + ((Layers - 1) * other);
    }

    /// <summary>
    /// Those of the whole model, forward and backward; backward takes twice what forward does.
    /// </summary>
    public double TrainingFlops() => 3 * (RecurrentFlops() + (2.0 * Hidden * Vocabulary));
}
