using System.Globalization;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Training;

namespace NativeRnn.Cli.Converting;

/// <summary>What a model takes, for a graph of it.</summary>
internal static class ModelInput
{
    private const string Name = "input";
    private const string Batch = "batch";
    private const string Time = "time";
    private const string Integers = "int32:";

    /// <summary>What the first layer with a size tells.</summary>
    /// <exception cref="UserErrorException">It tells nothing.</exception>
    public static OnnxInput Of(Module model, string path) =>
        Find(model) ?? throw new UserErrorException(
            $"the first layer of {path} does not tell what the model takes: say it by --input, such as " +
            "--input batch,time,8");

    /// <summary>What an input of a graph was.</summary>
    public static OnnxInput Of(OnnxTensorInfo input)
    {
        OnnxAxis[] axes =
        [
            .. (input.Shape ?? throw new UserErrorException($"the graph does not tell the shape of its input {input.Name}"))
                .Select((axis, index) => axis.Size is { } size ? size : (OnnxAxis)(axis.Name ?? $"axis{index}")),
        ];
        return input.DType == DType.Int32 ? OnnxInput.Indices(input.Name, axes) : OnnxInput.Floats(input.Name, axes);
    }

    /// <summary>What the user says: <c>batch,time,8</c>, <c>int32:batch,time</c>.</summary>
    /// <exception cref="UserErrorException">It is no such text.</exception>
    public static OnnxInput Parse(string text)
    {
        bool isInteger = text.StartsWith(Integers, StringComparison.Ordinal);
        string[] parts = (isInteger ? text[Integers.Length..] : text).Split(',', StringSplitOptions.TrimEntries);
        if (Array.Exists(parts, part => part.Length == 0 || part == "0" || part.StartsWith('-')))
        {
            throw new UserErrorException(
                $"--input must be names and sizes with commas between, such as batch,time,8, not '{text}'");
        }

        OnnxAxis[] axes = [.. parts.Select(AxisOf)];
        return isInteger ? OnnxInput.Indices(Name, axes) : OnnxInput.Floats(Name, axes);
    }

    private static OnnxAxis AxisOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : text;

    private static OnnxInput? Find(Module model) => model switch
    {
        Sequential layers => layers.Layers.Select(Find).FirstOrDefault(found => found is not null),
        Bidirectional both => Find(both.ForwardLayer),
        RecurrentLayer layer when layer.BatchFirst => OnnxInput.Floats(Name, Batch, Time, layer.InputSize),
        RecurrentLayer layer => OnnxInput.Floats(Name, Time, Batch, layer.InputSize),
        Embedding => OnnxInput.Indices(Name, Batch, Time),
        TimeDistributed { Module: AffineLayer layer } => OnnxInput.Floats(Name, Batch, Time, layer.InputSize),
        AffineLayer layer => OnnxInput.Floats(Name, Batch, layer.InputSize),
        Conv1d layer => OnnxInput.Floats(Name, Batch, OnnxAxis.Free(Time, layer.KernelSize), layer.InChannels),
        _ => null,
    };
}
