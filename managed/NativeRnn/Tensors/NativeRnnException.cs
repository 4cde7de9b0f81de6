namespace NativeRnn;

/// <summary>
/// A computation failed for a reason that no argument of the call explains: a device fault, a native library that does
/// not belong to this version, a loss that is not finite.
/// </summary>
public sealed class NativeRnnException : Exception
{
    /// <summary>An exception with the default message.</summary>
    public NativeRnnException()
    {
    }

    /// <summary>An exception with a message.</summary>
    /// <param name="message">What failed and why.</param>
    public NativeRnnException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    /// <param name="message">What failed and why.</param>
    /// <param name="innerException">What caused it, or null.</param>
    public NativeRnnException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
