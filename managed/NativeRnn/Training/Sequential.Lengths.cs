using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <content>Sequences of different lengths.</content>
public sealed partial class Sequential
{
    /// <summary>Runs all layers; recurrent ones stop each row at its length.</summary>
    /// <param name="input">As the first layer wants it.</param>
    /// <param name="lengths">The valid steps of each row, int32 [B]; null: all.</param>
    /// <returns>The last layer's output.</returns>
    public Tensor Forward(Tensor input, Tensor? lengths)
    {
        if (lengths is null)
        {
            return Forward(input);
        }

        Tensor output = input;
        foreach (Module layer in _layers)
        {
            output = ForwardOf(layer, output, lengths);
        }

        return output;
    }

    internal static Tensor ForwardOf(Module layer, Tensor input, Tensor? lengths) =>
        layer is RecurrentLayer recurrent && lengths is not null
            ? recurrent.Run(input, null, lengths, stateLeaves: false).Output
            : layer.Forward(input);
}
