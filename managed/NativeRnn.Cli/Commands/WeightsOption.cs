using System.CommandLine;
using NativeRnn.Layers;

namespace NativeRnn.Cli.Commands;

/// <summary>`--weights`: how recurrent weights are kept while a text is written.</summary>
internal static class WeightsOption
{
    private static readonly Dictionary<string, WeightStorage> Storages = new()
    {
        ["float32"] = WeightStorage.Float32,
        ["bfloat16"] = WeightStorage.BFloat16,
        ["int8"] = WeightStorage.Int8,
    };

    public static Option<string> Create() => ParsedOption.Choice(
        "--weights",
        "How the recurrent weights are kept: float32 as they are, the others rounded; int8, the default, is the fastest.",
        Storages.Keys,
        "int8");

    public static WeightStorage Read(string value) => Storages[value];
}
