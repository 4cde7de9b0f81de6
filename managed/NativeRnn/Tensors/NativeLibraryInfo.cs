using System.Diagnostics;
using NativeRnn.Interop;

namespace NativeRnn;

/// <summary>What is known of the native library that the kernels come from.</summary>
public static class NativeLibraryInfo
{
    /// <summary>The version of the native interface. Loads the library when it is not loaded yet.</summary>
    /// <exception cref="DllNotFoundException">The library can't be loaded; the message says why.</exception>
    public static int AbiVersion => NativeLibraryVersion.Actual;

    /// <summary>
    /// Where the library was loaded from; null where the system does not tell. Loads it when it is not loaded yet.
    /// </summary>
    /// <exception cref="DllNotFoundException">The library can't be loaded; the message says why.</exception>
    public static string? Path
    {
        get
        {
            _ = AbiVersion;
            return PathOf("nativernn");
        }
    }

    /// <summary>
    /// Where the library with the CUDA kernels was loaded from; null while no GPU was asked for, where it is not there, and
    /// where the system does not tell.
    /// </summary>
    public static string? CudaPath =>
        PathOf("nativernn_cuda", System.IO.Path.GetFileName(Environment.GetEnvironmentVariable("NATIVERNN_CUDA_LIBRARY")));

    private static string? PathOf(string library, string? otherName = null)
    {
        using var process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            string name = module.ModuleName;
            if (name == $"lib{library}.so" || name == $"lib{library}.dll" || name == $"lib{library}.dylib"
                || name == otherName)
                return module.FileName;
        }
        return null;
    }
}
