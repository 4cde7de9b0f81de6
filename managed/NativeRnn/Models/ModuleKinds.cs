using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>The kinds of modules that files hold: those of the library, and those that users
/// register.</summary>
internal static class ModuleKinds
{
    private static readonly Lock Changes = new();
    private static readonly Dictionary<Type, ModuleKind> ByType = [];
    private static readonly Dictionary<string, ModuleKind> ByName = new(StringComparer.Ordinal);

    static ModuleKinds()
    {
        ReadOnlySpan<ModuleKind[]> groups =
        [
            ModelKinds.All, RecurrentKinds.All, ScanKinds.All,
            WeightedKinds.All, ShapeKinds.All, AttentionKinds.All,
        ];
        foreach (ModuleKind[] group in groups)
        {
            Array.ForEach(group, Add);
        }
    }

    /// <summary>Classes of the library that no file can hold, and why.</summary>
    internal static IReadOnlyDictionary<Type, string> Refused { get; } = new Dictionary<Type, string>
    {
        [typeof(Lambda)] = "it holds a function of the program. Put the function into a class that derives " +
            "from Module, and register that",
        [typeof(OnnxModule)] = "its graph is in the ONNX file that it came from. Write a new one with OnnxModel.Export",
    };

    internal static void Add(ModuleKind kind)
    {
        lock (Changes)
        {
            if (ByName.ContainsKey(kind.Name))
            {
                throw new ArgumentException($"the kind '{kind.Name}' is registered already", nameof(kind));
            }

            if (!ByType.TryAdd(kind.Type, kind))
            {
                throw new ArgumentException(
                    $"the class {kind.Type.Name} is registered already, as '{ByType[kind.Type].Name}'",
                    nameof(kind));
            }

            ByName.Add(kind.Name, kind);
        }
    }

    /// <summary>The kind of a name in a file; null: not known.</summary>
    internal static ModuleKind? Find(string name)
    {
        lock (Changes)
        {
            return ByName.GetValueOrDefault(name);
        }
    }

    /// <summary>The kind of a class; null: not known.</summary>
    internal static ModuleKind? Find(Type type)
    {
        lock (Changes)
        {
            return ByType.GetValueOrDefault(type);
        }
    }
}
