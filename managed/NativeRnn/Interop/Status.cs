using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace NativeRnn.Interop;

/// <summary>Turns the status of a native call into an exception.</summary>
internal static class Status
{
    /// <summary>Throws unless the call succeeded. Must directly follow the call, on the same thread.</summary>
    internal static void ThrowIfFailed(NrnnStatus status)
    {
        if (status != NrnnStatus.Ok)
            throw ToException(status, Marshal.PtrToStringUTF8(NativeMethods.LastError()) ?? "");
    }

    [SuppressMessage("Usage", "CA2201", Justification = "Native memory that is used up is the same to callers.")]
    private static Exception ToException(NrnnStatus status, string message) => status switch
    {
        NrnnStatus.InvalidArgument => new ArgumentException(message),
        NrnnStatus.OutOfMemory => new OutOfMemoryException(message),
        NrnnStatus.Unsupported => new NotSupportedException(message),
        _ => new NativeRnnException(message),
    };
}
