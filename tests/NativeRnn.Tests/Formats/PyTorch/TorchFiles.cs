using NativeRnn.Tests.Golden;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Formats.PyTorch;

/// <summary>The files that PyTorch wrote for tests (tests/golden/make_pytorch.py), and its numbers.</summary>
internal static class TorchFiles
{
    public static GoldenFile Expected { get; } = new("pytorch/expected");

    public static string PathOf(string name) => NativeBuild.RepositoryFile($"tests/golden/pytorch/{name}.pt");
}
