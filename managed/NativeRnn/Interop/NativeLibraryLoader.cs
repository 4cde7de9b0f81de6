using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace NativeRnn.Interop;

/// <summary>
/// Finds the native library: where .NET looks, then in runtimes/RID/native below the program. Says what was tried
/// where it finds none.
/// </summary>
internal static class NativeLibraryLoader
{
    private const string ImportedName = "nativernn";
    private const string OwnFunction = "nrnn_abi_version";

    // The handle of the library, 0 before it is loaded. .NET asks once for each extern.
    private static IntPtr _loaded;

    /// <summary>
    /// The library's file. On Windows it has the prefix too: nativernn.dll is the managed NativeRnn.dll to its file
    /// system.
    /// </summary>
    internal static string FileName =>
        OperatingSystem.IsWindows() ? "libnativernn.dll" :
        OperatingSystem.IsMacOS() ? "libnativernn.dylib" : "libnativernn.so";

    /// <summary>The system and processor of this process as NuGet names them: linux-x64.</summary>
    internal static string Platform
    {
        get
        {
            string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <summary>Loads the library from the first of some folders that has it.</summary>
    /// <exception cref="DllNotFoundException">None has it; the message says what is wrong in each.</exception>
    internal static IntPtr LoadFrom(IEnumerable<string> folders)
    {
        var tried = new StringBuilder();
        foreach (string path in folders.Select(folder => Path.Combine(folder, FileName)).Distinct())
        {
            if (TryLoad(path, out IntPtr library, out string? problem))
                return library;
            tried.Append("\n  ").Append(path).Append(": ").Append(problem);
        }
        throw new DllNotFoundException(
            $"NativeRnn's native library for {Platform}, {FileName}, could not be loaded. Tried:{tried}\n" +
            "The NuGet package NativeRnn has it for linux-x64, linux-arm64 and win-x64, and `dotnet build` and " +
            "`dotnet publish` of a program that references the package put it there. For another system build it " +
            "from the sources (README.md) and put it beside the program.");
    }

    /// <summary>
    /// Opens the library with the CUDA kernels where .NET finds it, if it does. The native library looks beside itself
    /// and then asks the system for its name, which is this one: so it is found where packages stay in folders of their
    /// own, as in F# scripts.
    /// </summary>
    internal static void LoadCuda()
    {
        string? named = Environment.GetEnvironmentVariable("NATIVERNN_CUDA_LIBRARY");
        if (OperatingSystem.IsLinux() && string.IsNullOrEmpty(named))
            NativeLibrary.TryLoad("libnativernn_cuda.so", typeof(NativeLibraryLoader).Assembly, null, out _);
    }

    // A library has no other moment before its first extern; this costs some microseconds.
    [ModuleInitializer]
    [SuppressMessage(
        "Usage", "CA2255", Justification = "Externs must find the library whichever of them is called first.")]
    internal static void Install() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, Resolve);

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != ImportedName)
            return IntPtr.Zero;
        if (_loaded == IntPtr.Zero)
        {
            _loaded = NativeLibrary.TryLoad(FileName, assembly, searchPath, out IntPtr library) && IsOurs(library)
                ? library
                : LoadFrom(Folders());
        }
        return _loaded;
    }

    // Where .NET has looked, to say what it found there, and where a tool's or a plug-in's package leaves the library.
    private static IEnumerable<string> Folders()
    {
        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", Platform, "native");
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string searched)
        {
            foreach (string folder in searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
                yield return folder;
        }
    }

    private static bool TryLoad(string path, out IntPtr library, [NotNullWhen(false)] out string? problem)
    {
        library = IntPtr.Zero;
        problem = File.Exists(path) ? LibraryFile.WhyNotForThisProcess(path) : "not there";
        if (problem is not null)
            return false;
        try
        {
            library = NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            problem = ReasonOf(exception.Message);
            return false;
        }
        problem = IsOurs(library) ? null : $"it has no function {OwnFunction}";
        return problem is null;
    }

    private static bool IsOurs(IntPtr library) => NativeLibrary.TryGetExport(library, OwnFunction, out _);

    // .NET puts general advice into the first line and the system's reasons into those below, if there are any.
    private static string ReasonOf(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 1 ? lines[0] : string.Join("; ", lines.Skip(1).Distinct());
    }
}
