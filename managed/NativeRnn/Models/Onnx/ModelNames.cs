using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>What the parts of a model are called in graphs and messages.</summary>
internal sealed class ModelNames
{
    private readonly Dictionary<Tensor, (string Name, Module Layer, string Path)> _parameters =
        new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<Module, string> _paths = new(ReferenceEqualityComparer.Instance);

    internal ModelNames(Module model)
    {
        foreach ((string path, Module module) in model.NamedModules())
        {
            _paths[module] = path;
            foreach (Parameter parameter in module.OwnParameters)
            {
                string name = path.Length == 0 ? parameter.Name : $"{path}.{parameter.Name}";
                _parameters.TryAdd(parameter.Value, (name, module, path));
            }
        }
    }

    /// <summary>The parameter's name; null: it is none.</summary>
    internal string? NameOf(Tensor tensor) =>
        _parameters.TryGetValue(tensor, out (string Name, Module, string) known) ? known.Name : null;

    /// <summary>The path of the layer that an operation is of, as far as it is known.</summary>
    internal string PathOf(PairedOperation operation) => LayerOf(operation)?.Path ?? string.Empty;

    /// <summary>Why an operation can't be exported; the reason goes on from the layer's name.</summary>
    internal NotSupportedException Refuse(PairedOperation? operation, string reason)
    {
        string who = operation is not null && LayerOf(operation) is (Module layer, string path)
            ? path.Length == 0 ? layer.GetType().Name : $"layer {path} ({layer.GetType().Name})"
            : "the model";
        return new NotSupportedException($"{who} can't be exported to ONNX: it {reason}");
    }

    private (Module Layer, string Path)? LayerOf(PairedOperation operation)
    {
        foreach (GraphValue? input in operation.Inputs)
        {
            if (input is not null
                && _parameters.TryGetValue(input.Tensor, out (string, Module Layer, string Path) known))
            {
                return (known.Layer, known.Path);
            }
        }

        return operation.Part is Module part && _paths.TryGetValue(part, out string? path) ? (part, path) : null;
    }
}
