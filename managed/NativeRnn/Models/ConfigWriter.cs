using System.Globalization;
using System.Text.Json;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Takes what makes a module again: settings by name, and the modules that its constructor is given. See
/// <see cref="SavedModel.Register{T}"/>.
/// </summary>
public sealed class ConfigWriter
{
    internal const string Kind = "kind";
    internal const string Name = "name";
    internal const string Same = "same";

    private readonly ModelWriter _model;
    private readonly HashSet<string> _names = new([Kind, Name, Same], StringComparer.Ordinal);

    internal ConfigWriter(ModelWriter model) => _model = model;

    private Utf8JsonWriter Json => _model.Json;

    /// <summary>Tells an integer.</summary>
    /// <param name="name">Of the setting; each is told once.</param>
    /// <param name="value">The number.</param>
    /// <exception cref="ArgumentException">The name is empty, <c>kind</c>, <c>name</c>, <c>same</c> or told
    /// already.</exception>
    public void Set(string name, int value) => Json.WriteNumber(New(name), value);

    /// <summary>Tells a number; infinities and NaN too.</summary>
    /// <inheritdoc cref="Set(string, int)"/>
    public void Set(string name, float value)
    {
        if (float.IsFinite(value))
        {
            Json.WriteNumber(New(name), value);
        }
        else
        {
            Json.WriteString(New(name), value.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Tells yes or no.</summary>
    /// <param name="name">Of the setting; each is told once.</param>
    /// <param name="value">Yes or no.</param>
    public void Set(string name, bool value) => Json.WriteBoolean(New(name), value);

    /// <summary>Tells a text.</summary>
    /// <param name="name">Of the setting; each is told once.</param>
    /// <param name="value">The text.</param>
    public void Set(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Json.WriteString(New(name), value);
    }

    /// <summary>Tells integers.</summary>
    /// <param name="name">Of the setting; each is told once.</param>
    /// <param name="values">Any number of them.</param>
    public void Set(string name, ReadOnlySpan<int> values)
    {
        Json.WritePropertyName(New(name));
        Write(values);
    }

    /// <summary>Tells a module within this one.</summary>
    /// <param name="name">Of the setting; each is told once.</param>
    /// <param name="module">A registered part of this module, or of one of its parts.</param>
    /// <exception cref="InvalidOperationException">It is not registered.</exception>
    public void Set(string name, Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        Json.WritePropertyName(New(name));
        _model.WriteModule(module);
    }

    /// <summary>Tells modules within this one.</summary>
    /// <param name="name">Of the setting; each is told once.</param>
    /// <param name="modules">Registered parts of this module, or of its parts.</param>
    /// <exception cref="InvalidOperationException">One is not registered.</exception>
    public void SetModules(string name, IEnumerable<Module> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        Json.WriteStartArray(New(name));
        foreach (Module module in modules)
        {
            _model.WriteModule(module);
        }

        Json.WriteEndArray();
    }

    internal void Set<T>(string name, T value)
        where T : struct, Enum => Set(name, value.ToString());

    /// <summary>Tells a number unless it is null.</summary>
    internal void SetIfAny(string name, int? value)
    {
        if (value is int number)
        {
            Set(name, number);
        }
    }

    /// <summary>Tells settings that belong together.</summary>
    internal void Set(string name, Action<ConfigWriter> write)
    {
        Json.WriteStartObject(New(name));
        write(new ConfigWriter(_model));
        Json.WriteEndObject();
    }

    internal void SetShapes(string name, IReadOnlyList<int[]?> shapes)
    {
        Json.WriteStartArray(New(name));
        foreach (int[]? shape in shapes)
        {
            if (shape is null)
            {
                Json.WriteNullValue();
            }
            else
            {
                Write(shape);
            }
        }

        Json.WriteEndArray();
    }

    private void Write(ReadOnlySpan<int> values)
    {
        Json.WriteStartArray();
        foreach (int value in values)
        {
            Json.WriteNumberValue(value);
        }

        Json.WriteEndArray();
    }

    private string New(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _names.Add(name) ? name : throw new ArgumentException(
            $"'{name}' is told already, or is a name of the format", nameof(name));
    }
}
