using System.Runtime.InteropServices;

namespace NativeRnn.Interop;

/// <summary>
/// Holds a native object for the length of a call: it cannot be closed meanwhile, and one that is closed already
/// throws <see cref="ObjectDisposedException"/>.
/// </summary>
internal readonly ref struct Lease
{
    private readonly SafeHandle? _handle;

    internal Lease(SafeHandle handle)
    {
        bool taken = false;
        handle.DangerousAddRef(ref taken);
        _handle = handle;
        Pointer = handle.DangerousGetHandle();
    }

    /// <summary>The native pointer; zero for the lease of nothing.</summary>
    internal IntPtr Pointer { get; }

    /// <summary>The lease of an optional tensor's buffer.</summary>
    internal static Lease Of(Tensor? tensor) => tensor is null ? default : new Lease(tensor.Buffer);

    /// <summary>Gives the object back.</summary>
    public void Dispose() => _handle?.DangerousRelease();
}
