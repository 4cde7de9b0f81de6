using System.Diagnostics;
using System.Reflection;

namespace NativeRnn.Tests.Interop;

/// <summary>
/// The native build that belongs to this test run. The project's build writes both paths into the
/// test assembly.
/// </summary>
internal static class NativeBuild
{
    /// <summary>CMake's build directory, which holds the library.</summary>
    public static string Directory { get; } = Metadata("NativeBuildDirectory");

    /// <summary>The repository's root.</summary>
    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    /// <summary>The library that was built.</summary>
    public static string Library =>
        Path.Combine(Directory, OperatingSystem.IsWindows() ? "libnativernn.dll" : "libnativernn.so");

    /// <summary>A file of the repository.</summary>
    /// <param name="path">Its path from the root, with forward slashes.</param>
    public static string RepositoryFile(string path) => Path.Combine(RepositoryRoot, path);

    /// <summary>Runs a program of tests/native to its end.</summary>
    /// <param name="name">The CMake target's name.</param>
    public static ProgramResult Run(string name)
    {
        string program = Path.Combine(Directory, "tests", "native", name);
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ProgramResult(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private static string Metadata(string key) =>
        typeof(NativeBuild).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == key)?.Value
        ?? throw new InvalidOperationException($"The test assembly has no metadata \"{key}\".");
}
