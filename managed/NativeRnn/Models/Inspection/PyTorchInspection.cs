using System.Text;
using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>What a file of torch.save holds: its state dict, and what else stands beside it.</summary>
internal static class PyTorchInspection
{
    internal static ModelDescription Read(string path)
    {
        PyTorchFile file = PyTorchFile.Load(path);
        PyTorchStateDict state = PyTorchStateDict.Of(file, null);
        TensorDescription[] tensors =
        [
            .. state.Tensors.Select(named => TensorDescription.Of(
                named.Key, named.Value.Shape.ToArray(), named.Value.ElementType, SizeOf(named.Value.ElementType))),
        ];
        return new ModelDescription
        {
            Kind = ModelFileKind.PyTorch,
            FormatVersion = VersionOf(path),
            Producer = "PyTorch",
            HasArchitecture = false,
            Layers = StateDictLayer.Split(tensors),
            Tensors = tensors,
            Metadata = Others(file.Value),
        };
    }

    // Numbers and texts of a checkpoint: its epoch, its loss.
    private static Dictionary<string, string> Others(PyTorchValue value)
    {
        Dictionary<string, string> others = new(StringComparer.Ordinal);
        if (value.Kind != PyTorchValueKind.Dictionary)
            return others;
        foreach ((PyTorchValue key, PyTorchValue item) in value.Entries)
        {
            if (key.Kind == PyTorchValueKind.Text && item.Kind != PyTorchValueKind.Tensor)
                others[key.ToText()] = item.ToString();
        }
        return others;
    }

    private static string? VersionOf(string path)
    {
        using ZipContents zip = ZipContents.Open(path);
        string? name = zip.Names.FirstOrDefault(
            name => name.EndsWith("/version", StringComparison.Ordinal) && zip.LengthOf(name) < 16);
        return name is null ? null : Encoding.ASCII.GetString(zip.Read(name)).Trim();
    }

    // float16: 2, int64: 8, bool: 1.
    private static int SizeOf(string elementType)
    {
        int digits = elementType.AsSpan().IndexOfAnyInRange('0', '9');
        return digits >= 0 && int.TryParse(elementType.AsSpan(digits), out int bits) ? bits / 8 : 1;
    }
}
