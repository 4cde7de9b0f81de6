using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>The arrays that a Keras file has for one layer.</summary>
internal abstract class KerasArrays
{
    /// <summary>Whether each gate has a kernel, a recurrent kernel and a bias of its own, as in Keras 1.</summary>
    internal virtual bool HasSeparateGates => false;

    /// <summary>The next arrays.</summary>
    /// <param name="part">Which part of the layer they are of: "cell".</param>
    /// <param name="count">How many.</param>
    internal abstract KerasArray[] Take(string part, int count);

    /// <summary>Throws if there are arrays that nobody took.</summary>
    internal abstract void RequireEnd();

    /// <summary>What is wrong with the layer's weights.</summary>
    internal abstract ModelFormatException Invalid(string what);
}
