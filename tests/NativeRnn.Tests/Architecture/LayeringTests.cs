using System.Text.RegularExpressions;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Architecture;

/// <summary>
/// Who may use whom: native files by their #include lines, managed ones by their using lines and
/// by the names that must stay in one layer.
/// </summary>
public partial class LayeringTests
{
    private const string PublicHeader = "nativernn/";
    private const string Highway = "hwy/";

    // What opens a library at run time, and knows which are open.
    private static readonly string[] LibraryLoading = ["dlfcn.h", "link.h", "windows.h"];

    // Instructions by name.
    private static readonly string[] Instructions = ["cpuid.h", "immintrin.h", "intrin.h"];

    // What each layer may include beside the C++ standard library.
    private static readonly Dictionary<string, string[]> NativeMay = new()
    {
        ["native/include"] = [],
        ["native/src/core"] = [PublicHeader, "core/"],
        ["native/reference"] = [PublicHeader, "core/", "reference/"],
        ["native/src/cpu"] = [PublicHeader, "core/", "cpu/", Highway, .. Instructions],
        // C's headers: kernels use the functions outside of std. simt/: what tests compile them with in place of CUDA.
        ["native/src/cuda"] =
            [PublicHeader, "core/", "cuda/", "cuda_", "math.h", "string.h", "simt/device.h", .. LibraryLoading],
        ["native/src/api"] = [PublicHeader, "core/", "api/", .. LibraryLoading],
    };

    // From the bottom up: a layer uses those that stand before it. A layer is a folder, and all but
    // Tensors, which is NativeRnn itself, have its name as their namespace.
    private static readonly string[] ManagedLayers =
        ["Interop", "Tensors", "Diagnostics", "Data", "Formats", "Layers", "Training", "Models", "Serving"];

    public static TheoryData<string> NativeLayers() => [.. NativeMay.Keys];

    public static TheoryData<string> ManagedLayerNames() => [.. ManagedLayers];

    [Theory]
    [MemberData(nameof(NativeLayers))]
    public void NativeLayer_Includes_OnlyWhatItMayUse(string layer)
    {
        string folder = NativeBuild.RepositoryFile(layer);
        string[] wrong =
        [
            .. from file in Files(folder, ".h", ".cc", ".cu", ".cuh")
               from include in Includes(file)
               where !MayInclude(layer, include)
               select $"{Path.GetRelativePath(NativeBuild.RepositoryRoot, file)}: #include {include}",
        ];

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(ManagedLayerNames))]
    public void ManagedLayer_Usings_NameOnlyLayersBelow(string layer)
    {
        string[] above = ManagedLayers[(Array.IndexOf(ManagedLayers, layer) + 1)..];
        string[] wrong =
        [
            .. from file in ManagedFiles(layer)
               from Match match in UsingLine().Matches(File.ReadAllText(file))
               where above.Contains(match.Groups[1].Value)
               select $"{layer}/{Path.GetFileName(file)}: {match.Value.Trim()}",
        ];

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(ManagedLayerNames))]
    public void ManagedLayer_OutsideInterop_HasNoUnsafeCodeAndNoExterns(string layer)
    {
        if (layer == "Interop")
        {
            Assert.NotEmpty(ManagedFiles(layer));
            return;
        }

        string[] wrong =
        [
            .. from file in ManagedFiles(layer)
               from line in File.ReadLines(file)
               let code = line.Split("//")[0]
               where InteropOnly().IsMatch(code)
               select $"{layer}/{Path.GetFileName(file)}: {line.Trim()}",
        ];

        Assert.Empty(wrong);
    }

    // Every include names its layer's folder, so that a prefix tells the layer.
    private static bool MayInclude(string layer, string include)
    {
        string path = include.Trim('<', '>', '"');
        return layer == "native/include"
            ? include == "<stdint.h>"
            : NativeMay[layer].Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal))
                || (include.StartsWith('<') && StandardHeader().IsMatch(path));
    }

    private static IEnumerable<string> Includes(string file) =>
        IncludeLine().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value);

    private static IEnumerable<string> ManagedFiles(string layer) =>
        Files(NativeBuild.RepositoryFile($"managed/NativeRnn/{layer}"), ".cs");

    private static IEnumerable<string> Files(string folder, params string[] endings) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(file => endings.Contains(Path.GetExtension(file)))
            : [];

    [GeneratedRegex("""^\s*#\s*include\s+([<"][^>"]+[>"])""", RegexOptions.Multiline)]
    private static partial Regex IncludeLine();

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?(?:\w+ = )?NativeRnn\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"\bunsafe\b|\bNativeMethods\b|\bDllImport\b|\bLibraryImport\b")]
    private static partial Regex InteropOnly();

    // C++'s headers have no ending (vector, cmath); of C's and the system's, those that are needed.
    [GeneratedRegex(@"^[a-z_0-9]+$|^(stdint|stddef|assert|sched|pthread|unistd|sys/mman)\.h$")]
    private static partial Regex StandardHeader();
}
