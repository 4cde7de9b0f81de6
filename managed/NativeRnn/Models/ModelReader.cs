using System.Text.Json;
using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Makes a model from an open file: each size that a module asks memory for is compared with the tensors of
/// the file before, so that no file makes a model that is larger than itself.
/// </summary>
internal sealed class ModelReader(SafetensorsReader file, Device device)
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        MaxDepth = ModelWriter.MaxDepth,
        AllowDuplicateProperties = false,
    };

    private readonly Dictionary<string, Module> _modules = new(StringComparer.Ordinal);
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsEntry> _entries =
        file.Header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);

    internal Device Device { get; } = device;

    internal Module Read(string config)
    {
        if (config.Length > ModelWriter.MaxLength)
        {
            throw Invalid(
                "$", $"the settings have {config.Length} characters, at most {ModelWriter.MaxLength} are read");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(config, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw Invalid("$", $"the settings are not JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // A name with half of a surrogate pair.
            throw Invalid("$", $"the settings are not JSON: {exception.Message}", exception);
        }
    }

    internal Module ReadModule(JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Invalid(place, "a module must be a JSON object");
        }

        ConfigReader config = new(this, element, place);
        if (config.Has(ConfigWriter.Same))
        {
            string other = config.GetText(ConfigWriter.Same);
            config.RequireAllRead();
            return _modules.GetValueOrDefault(other)
                ?? throw Invalid(place, $"it is the same as '{other}', which does not stand before it");
        }

        string kind = config.GetText(ConfigWriter.Kind);
        string name = config.GetText(ConfigWriter.Name);
        if (!_begun.Add(name))
        {
            throw Invalid(place, $"two modules are named '{name}'");
        }

        ModuleKind found = ModuleKinds.Find(kind) ?? throw Invalid(
            place, $"the kind '{kind}' is not known: a class of one's own must be registered by " +
            "SavedModel.Register before, one of a newer version of the library needs that");
        Module module = Create(found, config, place);
        config.RequireAllRead();
        _modules.Add(name, module);
        return module;
    }

    /// <summary>Refuses the file unless it has a tensor of floats of a name and a shape.</summary>
    internal void RequireWeight(string place, string name, ReadOnlySpan<int> shape)
    {
        string text = $"[{string.Join(", ", shape.ToArray())}]";
        if (!_entries.TryGetValue(name, out SafetensorsEntry? entry))
        {
            throw Invalid(place, $"the settings need a tensor '{name}' {text}, the file has none");
        }

        if (entry.Element.DType != DType.Float32 || !entry.Shape.AsSpan().SequenceEqual(shape))
        {
            throw Invalid(
                place, $"the settings need a tensor '{name}' {text}, the file has {entry.Element.Name} " +
                $"[{string.Join(", ", entry.Shape)}]");
        }
    }

    internal ModelFormatException Invalid(string place, string what, Exception? inner = null) =>
        new(file.FilePath, $"{SavedModel.MetadataName} {place}", what, inner);

    private Module Read(JsonElement root)
    {
        ConfigReader config = new(this, root, "$");
        int version = config.GetInt32("version");
        if (version is < 1 or > ModelWriter.Version)
        {
            throw Invalid(
                "$.version",
                $"version {version} is not known; this library reads up to {ModelWriter.Version}");
        }

        Module module;
        using (WeightsToCome.Expect())
        {
            module = config.GetModule<Module>("model");
        }

        try
        {
            if (config.Has(WeightRules.Property))
            {
                WeightRules.Read(module, config.GetConfig(WeightRules.Property));
            }

            config.RequireAllRead();
            ModuleWeights.LoadWeights(module, file, strict: true);
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            throw Invalid("$", exception.Message, exception);
        }

        return module;
    }

    private Module Create(ModuleKind kind, ConfigReader config, string place)
    {
        try
        {
            return kind.Create(config) ?? throw Invalid(place, $"nothing was made of the kind '{kind.Name}'");
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            throw Invalid(place, $"{kind.Name}: {exception.Message}", exception);
        }
    }

    // What layers throw at wrong settings.
    private static bool IsRefusal(Exception exception) => exception is ArgumentException
        or InvalidOperationException or NotSupportedException or OverflowException;
}
