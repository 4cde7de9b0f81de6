namespace NativeRnn.BindingsGenerator;

/// <summary>Where the header and the generated file lie in a checkout.</summary>
/// <param name="Root">The repository's root directory.</param>
internal sealed record RepositoryLayout(string Root)
{
    /// <summary>The header's path from the root.</summary>
    public const string HeaderPath = "native/include/nativernn/nativernn.h";

    /// <summary>The generated file's name without the extension, which CppSharp adds.</summary>
    public const string GeneratedBaseName = "NativeMethods.g";

    /// <summary>The header of the C interface.</summary>
    public string Header => Path.Combine(Root, HeaderPath);

    /// <summary>The directory from which programs include the header.</summary>
    public string IncludeDirectory => Path.Combine(Root, "native", "include");

    /// <summary>The header's name as programs include it.</summary>
    public static string IncludeName => "nativernn/nativernn.h";

    /// <summary>The directory of the generated file.</summary>
    public string OutputDirectory =>
        Path.Combine(Root, "managed", "NativeRnn", "Interop", "Generated");

    /// <summary>The generated file.</summary>
    public string GeneratedFile => Path.Combine(OutputDirectory, GeneratedBaseName + ".cs");

    /// <summary>The layout of the repository that a directory lies in; null for none.</summary>
    /// <param name="directory">The repository's root or a directory below.</param>
    public static RepositoryLayout? FindAbove(string directory)
    {
        var start = new DirectoryInfo(Path.GetFullPath(directory));
        for (DirectoryInfo? at = start; at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, HeaderPath)))
            {
                return new RepositoryLayout(at.FullName);
            }
        }

        return null;
    }
}
