namespace NativeRnn.Tests.Fuzz;

/// <summary>
/// A directory for damaged files, in memory where the system has such. A file is named after its case: the one that is
/// left when the process dies says which killed it.
/// </summary>
internal sealed class FuzzDirectory : IDisposable
{
    private readonly string _directory = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"nativernn-fuzz-{Guid.NewGuid():N}");

    internal FuzzDirectory() => Directory.CreateDirectory(_directory);

    /// <summary>Writes a file and returns its path.</summary>
    internal string Write(string name, string ending, byte[] bytes)
    {
        string path = Path.Combine(_directory, name + ending);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Writes a file that stays, and returns its path.</summary>
    internal string Keep(string name, string ending, byte[] bytes)
    {
        string path = Path.Combine(Path.GetTempPath(), $"nativernn-fuzz-{name}{ending}");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
