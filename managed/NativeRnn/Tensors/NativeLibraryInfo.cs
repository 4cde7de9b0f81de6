using System.Diagnostics;
using NativeRnn.Interop;

namespace NativeRnn;

/// <summary>What is known of the native library that the kernels come from.</summary>
public static class NativeLibraryInfo
{
    /// <summary>The version of the native interface. Loads the library when it is not loaded yet.</summary>
    /// <exception cref="DllNotFoundException">The library is not there.</exception>
    public static int AbiVersion => NativeLibraryVersion.Actual;

    /// <summary>
    /// Where the library was loaded from; null where the system does not tell. Loads it when it is not loaded yet.
    /// </summary>
    /// <exception cref="DllNotFoundException">The library is not there.</exception>
    public static string? Path
    {
        get
        {
            _ = AbiVersion;
            using var process = Process.GetCurrentProcess();
            foreach (ProcessModule module in process.Modules)
            {
                if (module.ModuleName is "libnativernn.so" or "nativernn.dll" or "libnativernn.dylib")
                    return module.FileName;
            }
            return null;
        }
    }
}
