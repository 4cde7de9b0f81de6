using System.Globalization;
using System.Numerics;

namespace NativeRnn.Formats;

/// <summary>
/// A value of a file that PyTorch wrote: a number, a text, a tensor, or a container of values. Nothing else comes out
/// of a <see cref="PyTorchFile"/>.
/// </summary>
/// <example>
/// <code>
/// PyTorchValue checkpoint = PyTorchFile.Load("checkpoint.pt").Value;
/// long epoch = checkpoint["epoch"].ToInt64();
/// Tensor bias = checkpoint["model_state_dict"]["fc.bias"].ToTensor().ToTensor();
/// </code>
/// </example>
public readonly struct PyTorchValue
{
    // A number's bits; what does not fit into them is the content.
    private readonly long _bits;
    private readonly object? _content;

    private PyTorchValue(PyTorchValueKind kind, long bits, object? content)
    {
        Kind = kind;
        _bits = bits;
        _content = content;
    }

    /// <summary>What it is; this tells which of the other members work.</summary>
    public PyTorchValueKind Kind { get; }

    /// <summary>How many items a container has; 0 of anything else.</summary>
    public int Count => _content switch
    {
        PyTorchDictionary dictionary => dictionary.Entries.Count,
        IReadOnlyList<PyTorchValue> items => items.Count,
        _ => 0,
    };

    /// <summary>The items of a list, tuple or set.</summary>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public IReadOnlyList<PyTorchValue> Items => Kind is PyTorchValueKind.List or PyTorchValueKind.Tuple
        or PyTorchValueKind.Set
        ? (IReadOnlyList<PyTorchValue>)_content!
        : throw IsNot("a list, tuple or set");

    /// <summary>The entries of a dictionary, in order.</summary>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public IReadOnlyList<KeyValuePair<PyTorchValue, PyTorchValue>> Entries => ToDictionary().Entries;

    internal static PyTorchValue True { get; } = new(PyTorchValueKind.Boolean, 1, null);

    internal static PyTorchValue False { get; } = new(PyTorchValueKind.Boolean, 0, null);

    internal static PyTorchValue EmptyTuple { get; } = Tuple([]);

    /// <summary>What is behind a name: a global, a storage, a numpy type; or null.</summary>
    internal object? Content => _content;

    /// <summary>An item of a list, tuple or set.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public PyTorchValue this[int index] => Items[index];

    /// <summary>The value of a key of a dictionary.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    /// <exception cref="InvalidOperationException">It is no dictionary.</exception>
    public PyTorchValue this[string key] => TryGetValue(key, out PyTorchValue value)
        ? value
        : throw new KeyNotFoundException($"the dictionary has no key '{key}'");

    /// <summary>Finds a key of a dictionary.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value; None when there is none.</param>
    /// <returns>Whether it is there.</returns>
    /// <exception cref="InvalidOperationException">It is no dictionary.</exception>
    public bool TryGetValue(string key, out PyTorchValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ToDictionary().TryGet(key, out value);
    }

    /// <summary>The truth value.</summary>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public bool ToBoolean() => Kind == PyTorchValueKind.Boolean ? _bits != 0 : throw IsNot("a truth value");

    /// <summary>The whole number.</summary>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    /// <exception cref="OverflowException">It has more than 64 bits; see <see cref="ToBigInteger"/>.</exception>
    public long ToInt64() => (long)ToBigInteger();

    /// <summary>The whole number.</summary>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public BigInteger ToBigInteger() => Kind == PyTorchValueKind.Integer
        ? (BigInteger?)_content ?? _bits
        : throw IsNot("a whole number");

    /// <summary>The number; a whole one is rounded.</summary>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public double ToDouble() => Kind switch
    {
        PyTorchValueKind.Number => BitConverter.Int64BitsToDouble(_bits),
        PyTorchValueKind.Integer => (double)ToBigInteger(),
        _ => throw IsNot("a number"),
    };

    /// <summary>The text, or the name of a type or device.</summary>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public string ToText() => Kind switch
    {
        PyTorchValueKind.Text => (string)_content!,
        PyTorchValueKind.Name => _content!.ToString()!,
        _ => throw IsNot("a text"),
    };

    /// <summary>The bytes.</summary>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public ReadOnlyMemory<byte> ToBytes() =>
        Kind == PyTorchValueKind.Bytes ? (byte[])_content! : throw IsNot("bytes");

    /// <summary>The tensor.</summary>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public PyTorchTensor ToTensor() =>
        Kind == PyTorchValueKind.Tensor ? (PyTorchTensor)_content! : throw IsNot("a tensor");

    /// <summary>The value, or what it is and how large, for people.</summary>
    public override string ToString() => Kind switch
    {
        PyTorchValueKind.None => "None",
        PyTorchValueKind.Boolean => _bits != 0 ? "True" : "False",
        PyTorchValueKind.Integer => ToBigInteger().ToString(CultureInfo.InvariantCulture),
        PyTorchValueKind.Number => ToDouble().ToString(CultureInfo.InvariantCulture),
        PyTorchValueKind.Text => $"'{PrintableText.Of(ToText())}'",
        PyTorchValueKind.Bytes => $"{ToBytes().Length} bytes",
        PyTorchValueKind.Name => PrintableText.Of(ToText()),
        PyTorchValueKind.Tensor => ToTensor().ToString(),
        _ => $"{Kind} of {Count}",
    };

    internal static PyTorchValue Boolean(bool value) => value ? True : False;

    internal static PyTorchValue Integer(long value) => new(PyTorchValueKind.Integer, value, null);

    internal static PyTorchValue Integer(in BigInteger value) => value >= long.MinValue && value <= long.MaxValue
        ? Integer((long)value)
        : new(PyTorchValueKind.Integer, 0, value);

    internal static PyTorchValue Number(double value) =>
        new(PyTorchValueKind.Number, BitConverter.DoubleToInt64Bits(value), null);

    internal static PyTorchValue Text(string text) => new(PyTorchValueKind.Text, 0, text);

    internal static PyTorchValue Bytes(byte[] bytes) => new(PyTorchValueKind.Bytes, 0, bytes);

    internal static PyTorchValue List() => new(PyTorchValueKind.List, 0, new List<PyTorchValue>());

    internal static PyTorchValue Set() => new(PyTorchValueKind.Set, 0, new List<PyTorchValue>());

    internal static PyTorchValue Tuple(PyTorchValue[] items) => new(PyTorchValueKind.Tuple, 0, items);

    internal static PyTorchValue Dictionary(PyTorchDictionaryKind kind) =>
        new(PyTorchValueKind.Dictionary, 0, new PyTorchDictionary(kind));

    internal static PyTorchValue Tensor(PyTorchTensor tensor) => new(PyTorchValueKind.Tensor, 0, tensor);

    /// <param name="content">Its ToString is the name.</param>
    internal static PyTorchValue Name(object content) => new(PyTorchValueKind.Name, 0, content);

    /// <summary>The items of a list or set, to be added to.</summary>
    internal List<PyTorchValue> ToList() => (List<PyTorchValue>)_content!;

    internal PyTorchDictionary ToDictionary() =>
        _content as PyTorchDictionary ?? throw IsNot("a dictionary");

    /// <summary>What tells keys of a dictionary apart.</summary>
    internal object ToKey() => Kind == PyTorchValueKind.Text ? _content! : (Kind, _bits, _content);

    private InvalidOperationException IsNot(string what) => new($"the value is {this}, not {what}");
}
