using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>How modules of one class are written and made again.</summary>
internal sealed record ModuleKind(
    string Name, Type Type, Action<Module, ConfigWriter> Write, Func<ConfigReader, Module> Create)
{
    internal static ModuleKind Of<T>(
        string name, Action<T, ConfigWriter> write, Func<ConfigReader, T> create)
        where T : Module => new(name, typeof(T), (module, config) => write((T)module, config), create);

    /// <summary>Of a class without settings.</summary>
    internal static ModuleKind Plain<T>(string name)
        where T : Module, new() => Of<T>(name, static (_, _) => { }, static _ => new T());
}
