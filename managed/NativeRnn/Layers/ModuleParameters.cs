using System.Collections;

namespace NativeRnn.Layers;

/// <summary>
/// What <see cref="Module.Parameters"/> gives: parameters that are known by their names in the module, so that
/// an optimiser can keep its state under these names.
/// </summary>
internal sealed class ModuleParameters(Module module) : IEnumerable<Parameter>
{
    internal IEnumerable<(string Name, Parameter Parameter)> Named => module.NamedParameters();

    public IEnumerator<Parameter> GetEnumerator() =>
        Named.Select(named => named.Parameter).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
