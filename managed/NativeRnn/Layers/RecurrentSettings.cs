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

    /// <summary>Whether dropout acts anywhere: it spares the last layer.</summary>
    internal bool Drops => Dropout > 0 && NumLayers > 1;

    internal int Directions => Bidirectional ? 2 : 1;

    /// <summary>Numbers of an output and of h, for each direction.</summary>
    internal int StateSize => HiddenSize;

    internal int Gates => Cell switch { RnnCell.Lstm => 4, RnnCell.Gru => 3, _ => 1 };

    /// <summary>Checks the sizes; hiddenName: what the caller calls the hidden size.</summary>
    internal RecurrentSettings Checked(string hiddenName)
    {
        Sizes.Require(HiddenSize, hiddenName);
        Sizes.Require(NumLayers, "numLayers", MaxLayers);
        Sizes.RequireRate(Dropout, "dropout");
        Options.CheckLayer();
        return this;
    }

    internal RnnConfig ToConfig(int inputSize, float dropout) => new()
    {
        Cell = (int)Cell,
        ResetAfter = Cell == RnnCell.Gru && ResetAfter ? 1 : 0,
        NumLayers = NumLayers,
        Directions = Directions,
        BatchFirst = BatchFirst ? 1 : 0,
        Bias = Bias ? 1 : 0,
        InputSize = inputSize,
        HiddenSize = HiddenSize,
        Dropout = dropout,
    };
}
