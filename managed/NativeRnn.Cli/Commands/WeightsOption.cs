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

    public static Option<string> Create()
    {
        var option = new Option<string>("--weights")
        {
            Description = "How the recurrent weights are kept: float32 as they are, the others rounded; int8, the "
                + "default, is the fastest.",
            HelpName = string.Join('|', Storages.Keys),
            DefaultValueFactory = _ => "int8",
        };
        option.Validators.Add(result =>
        {
            string value = result.GetValueOrDefault<string>() ?? "";
            if (!Storages.ContainsKey(value))
            {
                result.AddError($"--weights must be float32, bfloat16 or int8, not '{value}'");
            }
        });
        return option;
    }

    public static WeightStorage Read(string value) => Storages[value];
}
