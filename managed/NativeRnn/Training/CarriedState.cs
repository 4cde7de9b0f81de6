using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// The state that goes from one window to the next, cut off from gradients, in memory of its own.
/// </summary>
internal sealed class CarriedState(RecurrentState zeros)
{
    internal RecurrentState Value { get; } = zeros;

    internal void Reset()
    {
        Value.Hidden.Fill(0);
        Value.Cell?.Fill(0);
    }

    internal void Take(RecurrentState state)
    {
        Value.Hidden.CopyFrom(state.Hidden);
        Value.Cell?.CopyFrom(state.Cell!);
    }
}
