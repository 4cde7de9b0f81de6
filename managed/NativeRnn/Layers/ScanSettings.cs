using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>What an elementwise recurrence was made with; checked when it is made.</summary>
internal sealed record ScanSettings
{
    internal required NrnnScanKind Kind { get; init; }

    internal required int HiddenSize { get; init; }

    internal bool Bidirectional { get; init; }

    internal bool BatchFirst { get; init; }

    internal bool Bias { get; init; } = true;

    /// <summary>Keras' initial weights and its habit to give the last step only.</summary>
    internal bool KerasStyle { get; init; }

    internal bool ReturnSequences { get; init; } = true;

    internal int Directions => Bidirectional ? 2 : 1;

    internal int Gates => Kind switch
    {
        NrnnScanKind.MinLstm => 3,
        NrnnScanKind.MinGru => 2,
        _ => 1,
    };

    /// <summary>Whether the state is weighted by a vector u.</summary>
    internal bool HasRecurrentWeights =>
        Kind is NrnnScanKind.IndRnnTanh or NrnnScanKind.IndRnnRelu;

    /// <summary>Checks the sizes; hiddenName: what the caller calls the hidden size.</summary>
    internal ScanSettings Checked(string hiddenName)
    {
        Sizes.Require(HiddenSize, hiddenName);
        return this;
    }
}
