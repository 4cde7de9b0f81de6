using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace Benchmarks;

/// <summary>Which peers this system can load.</summary>
internal static class PeerStatus
{
    // TorchSharp's own loader copies half a gigabyte about before it gives up.
    private static readonly Dictionary<Library, string?> WhyNot = new()
    {
        [Library.TorchSharp] = WhyNotLoaded(typeof(torch).Assembly, "torch_cpu", "LibTorchSharp"),
        [Library.OnnxRuntime] = WhyNotLoaded(typeof(OrtEnv).Assembly, "onnxruntime"),
    };

    public static bool Has(Library library) =>
        library == Library.NativeRnn || WhyNot[library] is null;

    /// <summary>A line for each peer that can't be loaded.</summary>
    public static IEnumerable<string> Lines() =>
        from peer in WhyNot
        where peer.Value is not null
        select $"{peer.Key} can't be loaded here, its columns stay empty: {peer.Value}";

    private static string? WhyNotLoaded(Assembly assembly, params string[] names)
    {
        try
        {
            foreach (string name in names)
            {
                NativeLibrary.Load(name, assembly, null);
            }

            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            string[] lines = error.Message.Split('\n', StringSplitOptions.TrimEntries);
            return Array.Find(lines, line => line.Contains("version `")) ?? lines[0];
        }
    }
}
