using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>The architecture of a <see cref="LanguageModel"/>.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>The recurrent cell.</summary>
    public RnnCell Cell { get; init; } = RnnCell.Lstm;

    /// <summary>Distinct characters V, at least 1.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Numbers that stand for a character, 1 to 65536.</summary>
    public int Embedding { get; init; } = 64;

    /// <summary>Hidden units of a layer H, 1 to 65536.</summary>
    public int Hidden { get; init; } = 256;

    /// <summary>Recurrent layers L, 1 to 64.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>
    /// Dropout between the recurrent layers and before the output, in [0, 1).
    /// </summary>
    public float Dropout { get; init; } = 0.2f;

    /// <summary>Of the weights and the dropout masks.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Weights of such a model, by arithmetic only.</summary>
    internal double CountWeights()
    {
        double gates = Cell switch { RnnCell.Lstm => 4, RnnCell.Gru => 3, _ => 1 };
        double inputs = Embedding + ((Layers - 1.0) * Hidden);
        double recurrent = gates * Hidden * (inputs + (Layers * (Hidden + 2.0)));
        return ((double)Vocabulary * Embedding) + recurrent + (Vocabulary * (Hidden + 1.0));
    }

    internal void Check()
    {
        Sizes.Require(Vocabulary, nameof(Vocabulary));
        Sizes.Require(Embedding, nameof(Embedding));
        Sizes.Require(Hidden, nameof(Hidden));
        Sizes.Require(Layers, nameof(Layers), RecurrentSettings.MaxLayers);
        Sizes.RequireRate(Dropout, nameof(Dropout));
        if (Cell is < RnnCell.Lstm or > RnnCell.RnnRelu)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Cell), Cell, "Cell is not one of the enum's");
        }
    }
}
