using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Writes what makes a model again: <c>{"version":1,"model":MODULE,"weights":{..}}</c>, where a MODULE is
/// <c>{"kind":"Lstm","name":"encoder.0", settings and modules within}</c>, or <c>{"same":NAME}</c> of one
/// that stands in several places.
/// </summary>
internal sealed class ModelWriter
{
    internal const int Version = 1;

    /// <summary>Characters: thousands of layers.</summary>
    internal const int MaxLength = 1 << 22;

    /// <summary>Of the JSON, so that reading it needs no deep stack.</summary>
    internal const int MaxDepth = 64;

    private readonly Dictionary<Module, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Module> _written = new(ReferenceEqualityComparer.Instance);

    private ModelWriter(Module model, Utf8JsonWriter json)
    {
        Json = json;
        foreach ((string name, Module module) in model.NamedModules())
        {
            _names.Add(module, name);
        }
    }

    internal Utf8JsonWriter Json { get; }

    internal static string Write(Module model)
    {
        using MemoryStream buffer = new();
        JsonWriterOptions options = new()
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = MaxDepth,
        };
        using (Utf8JsonWriter json = new(buffer, options))
        {
            ModelWriter writer = new(model, json);
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WritePropertyName("model");
            writer.WriteModule(model);
            WeightRules.Write(model, json);
            json.WriteEndObject();
        }

        return buffer.Length <= MaxLength
            ? Encoding.UTF8.GetString(buffer.ToArray())
            : throw new InvalidOperationException(
                $"the model's settings take {buffer.Length} bytes; a file holds at most {MaxLength}");
    }

    internal void WriteModule(Module module)
    {
        if (!_names.TryGetValue(module, out string? name))
        {
            throw new InvalidOperationException(
                $"a {module.GetType().Name} is told to the file, but is no registered part of the model: " +
                "call Register in the constructor of the module that it is a part of");
        }

        Json.WriteStartObject();
        if (_written.Add(module))
        {
            ModuleKind kind = ModuleKinds.Find(module.GetType()) ?? throw Refusal(module, name);
            Json.WriteString(ConfigWriter.Kind, kind.Name);
            Json.WriteString(ConfigWriter.Name, name);
            kind.Write(module, new ConfigWriter(this));
        }
        else
        {
            Json.WriteString(ConfigWriter.Same, name);
        }

        Json.WriteEndObject();
    }

    private static NotSupportedException Refusal(Module module, string name)
    {
        Type type = module.GetType();
        string where = name.Length == 0 ? "the model" : $"'{name}'";
        string why = ModuleKinds.Refused.GetValueOrDefault(type)
            ?? $"its class is not known. Call SavedModel.Register<{type.Name}> before saving and loading";
        return new NotSupportedException(
            $"{where} is a {type.Name} and can't be saved as a model: {why}; or save the weights alone, by " +
            "SaveWeights");
    }
}
