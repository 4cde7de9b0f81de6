using NativeRnn.Formats;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace NativeRnn.Layers;

/// <summary>
/// What training has changed in a module, a metric or a callback beside weights: counters of random
/// numbers, sums, carried states. Checkpoints keep it, so that a resumed run goes on with the same
/// bits. Numbers come back exactly as they were set.
/// </summary>
public sealed class TrainingState
{
    // More numbers than this become a tensor: texts stand in a file's header, which has a limit.
    private const int MaxNumbersOfAText = 1024;

    private readonly SortedDictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Whether nothing was set.</summary>
    public bool IsEmpty => _texts.Count == 0 && _tensors.Count == 0;

    internal IReadOnlyDictionary<string, string> Texts => _texts;

    internal IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Keeps a text; one of the same name is replaced.</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="value">The text.</param>
    public void Set(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        _tensors.Remove(name);
        _texts[name] = value;
    }

    /// <summary>Keeps an integer.</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="value">The number.</param>
    public void Set(string name, long value) =>
        Set(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Keeps a number with all its bits, infinities and NaN too.</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="value">The number.</param>
    public void Set(string name, double value) =>
        Set(name, value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Keeps numbers with all their bits.</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="values">Any number of them.</param>
    public void Set(string name, ReadOnlySpan<double> values)
    {
        if (values.Length > MaxNumbersOfAText)
        {
            Set(name, Tensor.From(MemoryMarshal.Cast<double, int>(values), [values.Length, 2]));
            return;
        }

        byte[] bytes = new byte[values.Length * sizeof(double)];
        for (int index = 0; index < values.Length; index++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(index * sizeof(double)), values[index]);
        }

        Set(name, Convert.ToBase64String(bytes));
    }

    /// <summary>Keeps a tensor, not a copy: it must stay as it is until the state is saved.</summary>
    /// <param name="name">Not empty.</param>
    /// <param name="value">Of any shape and type; no tape's.</param>
    public void Set(string name, Tensor value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        _texts.Remove(name);
        _tensors[name] = value;
    }

    /// <summary>Whether something was set under a name.</summary>
    /// <param name="name">The name.</param>
    public bool Contains(string name) => _texts.ContainsKey(name) || _tensors.ContainsKey(name);

    /// <summary>The text of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ModelFormatException">There is none.</exception>
    public string GetText(string name) => _texts.TryGetValue(name, out string? text)
        ? text
        : throw new ModelFormatException(
            $"the training state has no '{name}'; it has {string.Join(", ", _texts.Keys)}");

    /// <summary>The integer of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ModelFormatException">There is none.</exception>
    public long GetInt64(string name) =>
        long.TryParse(GetText(name), CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new ModelFormatException($"'{name}' of the training state is no integer");

    /// <summary>The number of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ModelFormatException">There is none.</exception>
    public double GetDouble(string name) =>
        double.TryParse(GetText(name), CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new ModelFormatException($"'{name}' of the training state is no number");

    /// <summary>The numbers of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ModelFormatException">There are none.</exception>
    public double[] GetDoubles(string name)
    {
        if (_tensors.TryGetValue(name, out Tensor? bits))
        {
            return bits.DType == DType.Int32 && bits.Length % 2 == 0
                ? MemoryMarshal.Cast<int, double>(bits.ToInt32Array()).ToArray()
                : throw new ModelFormatException($"'{name}' of the training state is no list of numbers");
        }

        string text = GetText(name);
        byte[] bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out int length) || length % sizeof(double) != 0)
        {
            throw new ModelFormatException($"'{name}' of the training state is no list of numbers");
        }

        double[] values = new double[length / sizeof(double)];
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(index * sizeof(double)));
        }

        return values;
    }

    /// <summary>The tensor of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ModelFormatException">There is none.</exception>
    public Tensor GetTensor(string name) => _tensors.TryGetValue(name, out Tensor? tensor)
        ? tensor
        : throw new ModelFormatException($"the training state has no tensor '{name}'");

    /// <summary>Puts another state's content under a prefix.</summary>
    internal void Add(string prefix, TrainingState part)
    {
        foreach ((string name, string text) in part._texts)
        {
            Set(prefix + name, text);
        }

        foreach ((string name, Tensor tensor) in part._tensors)
        {
            Set(prefix + name, tensor);
        }
    }

    /// <summary>What stands under a prefix, without it.</summary>
    internal TrainingState Part(string prefix)
    {
        TrainingState part = new();
        foreach ((string name, string text) in _texts)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                part.Set(name[prefix.Length..], text);
            }
        }

        foreach ((string name, Tensor tensor) in _tensors)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                part.Set(name[prefix.Length..], tensor);
            }
        }

        return part;
    }
}
