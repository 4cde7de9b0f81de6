using System.Text.Json;
using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Gives what <see cref="ConfigWriter"/> was told. What is missing or of another type is a
/// <see cref="ModelFormatException"/>, and so is what was told but not asked for.
/// </summary>
public sealed class ConfigReader
{
    private readonly ModelReader _model;
    private readonly JsonElement _element;
    private readonly string _place;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    internal ConfigReader(ModelReader model, JsonElement element, string place)
    {
        _model = model;
        _element = element;
        _place = place;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("it must be a JSON object");
        }
    }

    /// <summary>Where the weights go.</summary>
    public Device Device => _model.Device;

    /// <summary>Whether a setting was told.</summary>
    /// <param name="name">Of the setting.</param>
    public bool Has(string name) => _element.TryGetProperty(name, out _);

    /// <summary>An integer.</summary>
    /// <param name="name">Of the setting.</param>
    /// <exception cref="ModelFormatException">There is no such setting.</exception>
    public int GetInt32(string name) =>
        IsInt32(Get(name), out int value) ? value : throw Wrong(name, "an integer");

    /// <summary>A number.</summary>
    /// <inheritdoc cref="GetInt32"/>
    public float GetSingle(string name)
    {
        JsonElement element = Get(name);
        return element.ValueKind switch
        {
            JsonValueKind.Number when element.TryGetSingle(out float value) && float.IsFinite(value) => value,
            JsonValueKind.String => NotFinite(TextOf(element)) ?? throw Wrong(name, "a number"),
            _ => throw Wrong(name, "a number"),
        };
    }

    /// <summary>Yes or no.</summary>
    /// <inheritdoc cref="GetInt32"/>
    public bool GetBoolean(string name) => Get(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>A text.</summary>
    /// <inheritdoc cref="GetInt32"/>
    public string GetText(string name)
    {
        JsonElement element = Get(name);
        return element.ValueKind == JsonValueKind.String ? TextOf(element) : throw Wrong(name, "a text");
    }

    /// <summary>Integers.</summary>
    /// <inheritdoc cref="GetInt32"/>
    public int[] GetInt32s(string name) => Int32s(Get(name), name);

    /// <summary>A module within this one, made and of the class that is wanted.</summary>
    /// <typeparam name="T">The class, or one that it derives from.</typeparam>
    /// <inheritdoc cref="GetInt32"/>
    public T GetModule<T>(string name)
        where T : Module => Module<T>(Get(name), $"{_place}.{name}");

    /// <summary>Modules within this one, made and of the class that is wanted.</summary>
    /// <typeparam name="T">The class, or one that all derive from.</typeparam>
    /// <inheritdoc cref="GetInt32"/>
    public IReadOnlyList<T> GetModules<T>(string name)
        where T : Module
    {
        JsonElement array = Get(name);
        if (array.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, "an array of modules");
        }

        List<T> modules = [];
        foreach (JsonElement element in array.EnumerateArray())
        {
            modules.Add(Module<T>(element, $"{_place}.{name}[{modules.Count}]"));
        }

        return modules;
    }

    /// <summary>
    /// Refuses the file unless it has floats of a name and a shape: call it before making parameters of sizes
    /// that were told, so that a damaged file does not take more memory than it has bytes.
    /// </summary>
    /// <param name="name">As in the state dict of this module, such as <c>weight</c>.</param>
    /// <param name="shape">The sizes of its axes.</param>
    /// <exception cref="ModelFormatException">There is none, or it has another shape.</exception>
    public void RequireWeight(string name, params ReadOnlySpan<int> shape)
    {
        string module = GetText(ConfigWriter.Name);
        _model.RequireWeight(_place, module.Length == 0 ? name : $"{module}.{name}", shape);
    }

    /// <summary>A size of a layer.</summary>
    internal int GetSize(string name)
    {
        int size = GetInt32(name);
        return size is >= 1 and <= Sizes.Max ? size : throw Wrong(name, $"1 to {Sizes.Max}");
    }

    internal int? GetInt32IfAny(string name) => Has(name) ? GetInt32(name) : null;

    internal T GetEnum<T>(string name)
        where T : struct, Enum
    {
        string text = GetText(name);
        return Array.IndexOf(Enum.GetNames<T>(), text) >= 0
            ? Enum.Parse<T>(text)
            : throw Wrong(name, $"one of {string.Join(", ", Enum.GetNames<T>())}");
    }

    internal ConfigReader GetConfig(string name) => new(_model, Get(name), $"{_place}.{name}");

    internal int[]?[] GetShapes(string name)
    {
        JsonElement array = Get(name);
        return array.ValueKind == JsonValueKind.Array
            ? [.. array.EnumerateArray().Select(
                shape => shape.ValueKind == JsonValueKind.Null ? null : Int32s(shape, name))]
            : throw Wrong(name, "an array of shapes");
    }

    /// <summary>The names that were told.</summary>
    internal IEnumerable<string> Names() => _element.EnumerateObject().Select(NameOf);

    /// <summary>Refuses settings that nobody has asked for.</summary>
    internal void RequireAllRead()
    {
        foreach (string name in Names())
        {
            if (!_read.Contains(name))
            {
                throw Invalid($"the setting '{name}' is not known here");
            }
        }
    }

    internal ModelFormatException Invalid(string what) => _model.Invalid(_place, what);

    private JsonElement Get(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _read.Add(name);
        return _element.TryGetProperty(name, out JsonElement value)
            ? value
            : throw Invalid($"the setting '{name}' is missing");
    }

    private T Module<T>(JsonElement element, string place)
        where T : Module
    {
        Module module = _model.ReadModule(element, place);
        return module as T ?? throw _model.Invalid(
            place, $"it is a {module.GetType().Name}, not a {typeof(T).Name}");
    }

    private int[] Int32s(JsonElement array, string name)
    {
        const string Wanted = "an array of integers";
        if (array.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, Wanted);
        }

        int[] values = new int[array.GetArrayLength()];
        int count = 0;
        foreach (JsonElement element in array.EnumerateArray())
        {
            values[count++] = IsInt32(element, out int value) ? value : throw Wrong(name, Wanted);
        }

        return values;
    }

    // A text with half of a surrogate pair, or whose bytes are no UTF-8, is found when it is looked at.
    private string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Invalid("a text is not Unicode");
        }
    }

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw Invalid("a name is not Unicode");
        }
    }

    private static bool IsInt32(JsonElement element, out int value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out value);
    }

    private static float? NotFinite(string text) => text switch
    {
        "NaN" => float.NaN,
        "Infinity" => float.PositiveInfinity,
        "-Infinity" => float.NegativeInfinity,
        _ => null,
    };

    private ModelFormatException Wrong(string name, string wanted) =>
        _model.Invalid($"{_place}.{name}", $"it must be {wanted}");
}
