using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>What names with a dot have in common before it: <c>encoder</c> of <c>encoder.weight</c>.</summary>
internal sealed class OnnxPart : Module
{
    private readonly Dictionary<string, OnnxPart> _parts = new(StringComparer.Ordinal);

    internal OnnxPart Part(string name)
    {
        if (!_parts.TryGetValue(name, out OnnxPart? part))
            _parts.Add(name, part = Register(name, new OnnxPart()));
        return part;
    }

    internal void Add(Parameter parameter) => Register(parameter);

    internal void Add(string name, Module module) => Register(name, module);
}
