namespace NativeRnn.Tests.Fuzz;

/// <summary>Files that tests make to damage them.</summary>
internal static class TestFile
{
    /// <summary>The bytes of a file that is written to a path.</summary>
    internal static byte[] Bytes(string ending, Action<string> write)
    {
        string path = Path.Combine(Path.GetTempPath(), $"nativernn-{Guid.NewGuid():N}{ending}");
        try
        {
            write(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
