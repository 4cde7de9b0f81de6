using System.Security.Cryptography;

namespace NativeRnn.BindingsGenerator;

/// <summary>
/// The generated file's first line, which names the header that it was made from.
/// </summary>
internal static class HeaderStamp
{
    /// <summary>The line for a header, without a line end.</summary>
    public static string Of(string headerFile) =>
        "// nativernn.h SHA-256: "
        + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(headerFile)));

    /// <summary>Whether a file exists and starts with the line.</summary>
    public static bool IsAtTopOf(string file, string stamp) =>
        File.Exists(file) && File.ReadLines(file).FirstOrDefault() == stamp;
}
