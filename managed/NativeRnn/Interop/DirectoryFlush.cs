using System.Runtime.InteropServices;
using System.Text;

namespace NativeRnn.Interop;

/// <summary>
/// Forces a directory's entries to the disk, as a file that was moved there needs on Unix. .NET opens no
/// directories, so the C library does. Windows has no such call and needs none: NTFS keeps a log of its
/// entries.
/// </summary>
internal static unsafe partial class DirectoryFlush
{
    private const string CLibrary = "libc";
    private const int ReadOnly = 0;

    /// <summary>Does its best: file systems that can't do it for directories say so, and that is no
    /// failure.</summary>
    internal static void Run(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        byte[] path = [.. Encoding.UTF8.GetBytes(directory), 0];
        fixed (byte* text = path)
        {
            int descriptor = Open(text, ReadOnly);
            if (descriptor < 0)
                return;
            _ = Synchronize(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport(CLibrary, EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(byte* path, int flags);

    [LibraryImport(CLibrary, EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Synchronize(int descriptor);

    [LibraryImport(CLibrary, EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
