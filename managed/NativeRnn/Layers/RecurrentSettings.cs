using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>What a recurrent layer was made with; checked when it is made.</summary>
internal sealed record RecurrentSettings
{
    /// <summary>As the native library: the most layers.</summary>
    internal const int MaxLayers = 64;

    internal required RnnCell Cell { get; init; }

    internal required int HiddenSize { get; init; }

    internal int NumLayers { get; init; } = 1;

    internal bool Bidirectional { get; init; }

    internal bool BatchFirst { get; init; }

    internal bool Bias { get; init; } = true;

    internal bool ResetAfter { get; init; } = true;

    internal float Dropout { get; init; }

    /// <summary>Keras' initial weights and its habit to give the last step only.</summary>
    internal bool KerasStyle { get; init; }

    internal bool ReturnSequences { get; init; } = true;

    internal RecurrentOptions Options { get; init; } = RecurrentOptions.Default;

    /// <summary>LSTM: numbers of h after the projection; 0: none.</summary>
    internal int ProjectionSize { get; init; }

    /// <summary>
    /// Whether training and evaluation differ: dropout between layers, which spares the last one,
    /// and the cells' options.
    /// </summary>
    internal bool Drops => (Dropout > 0 && NumLayers > 1) || Options.ActsInTraining;

    internal int Directions => Bidirectional ? 2 : 1;

    /// <summary>Numbers of h: the projection's, or H.</summary>
    internal int OutputSize => ProjectionSize > 0 ? ProjectionSize : HiddenSize;

    internal int Gates => Cell switch
    {
        RnnCell.Lstm => Options.CoupledGates ? 3 : 4,
        RnnCell.Gru => 3,
        _ => 1,
    };

    /// <summary>Checks the sizes; hiddenName: what the caller calls the hidden size.</summary>
    internal RecurrentSettings Checked(string hiddenName)
    {
        Sizes.Require(HiddenSize, hiddenName);
        Sizes.Require(NumLayers, "numLayers", MaxLayers);
        Sizes.RequireRate(Dropout, "dropout");
        RequireProjection(ProjectionSize, "projSize");
        Options.CheckLayer();
        Options.Check(Cell, ProjectionSize > 0);
        return this;
    }

    private void RequireProjection(int size, string name)
    {
        if (size < 0 || (size > 0 && size >= HiddenSize))
        {
            throw new ArgumentOutOfRangeException(
                name, size, $"{name} must be 0 (none) to {HiddenSize - 1}, below the hidden size");
        }
    }

    /// <param name="inputSize">I.</param>
    /// <param name="evaluation">A plan that never drops, also with a reserve.</param>
    internal RnnConfig ToConfig(int inputSize, bool evaluation)
    {
        RnnConfig config = new()
        {
            Cell = (int)Cell,
            ResetAfter = Cell == RnnCell.Gru && ResetAfter ? 1 : 0,
            NumLayers = NumLayers,
            Directions = Directions,
            BatchFirst = BatchFirst ? 1 : 0,
            Bias = Bias ? 1 : 0,
            InputSize = inputSize,
            HiddenSize = HiddenSize,
            Dropout = Dropout,
            ProjectionSize = ProjectionSize,
            Evaluation = evaluation ? 1 : 0,
        };
        Options.Apply(Cell, ref config);
        return config;
    }
}
