using System.Collections.Frozen;
using NativeRnn.Formats.Onnx;
using AttributeType = NativeRnn.Formats.Onnx.AttributeProto.Types.AttributeType;

namespace NativeRnn.Models;

/// <summary>The attributes of a node, by name and type.</summary>
internal sealed class OnnxAttributes
{
    // An attribute of one name has one type, whatever the operator; but "value" is a number here and a tensor there.
    private static readonly FrozenDictionary<string, AttributeType> Types = new (AttributeType Type, string Names)[]
    {
        (AttributeType.Int, "allowzero axis batch_axis batch_dims ceil_mode count_include_pad end fmod group"),
        (AttributeType.Int, "hidden_size input_forget keepdims largest layout linear_before_reset"),
        (AttributeType.Int, "noop_with_empty_axes num_outputs output_sequence saturate seed select_last_index"),
        (AttributeType.Int, "sorted spatial start stash_type storage_order time_axis to training_mode transA"),
        (AttributeType.Int, "transB upper value_int"),
        (AttributeType.Float, "alpha beta clip epsilon gamma max min momentum ratio value_float"),
        (AttributeType.String, "approximate auto_pad direction mode"),
        (AttributeType.Ints, "axes dilations ends kernel_shape pads perm split starts strides value_ints"),
        (AttributeType.Floats, "activation_alpha activation_beta value_floats"),
        (AttributeType.Strings, "activations"),
    }.SelectMany(group => group.Names.Split(' ').Select(name => (Name: name, group.Type)))
        .ToFrozenDictionary(attribute => attribute.Name, attribute => attribute.Type, StringComparer.Ordinal);

    private readonly Dictionary<string, AttributeProto> _attributes = new(StringComparer.Ordinal);

    /// <param name="attributes">As in the file.</param>
    /// <param name="known">The names that the operator has.</param>
    /// <exception cref="ArgumentException">
    /// A name is unknown or there twice, of another type, or refers to a function's.
    /// </exception>
    internal OnnxAttributes(IEnumerable<AttributeProto> attributes, IReadOnlySet<string> known)
    {
        foreach (AttributeProto attribute in attributes)
        {
            string name = OnnxText.Quote(attribute.Name);
            if (attribute.RefAttrName.Length > 0)
                throw new ArgumentException($"attribute {name} refers to one of a function; functions are not read");
            if (!known.Contains(attribute.Name))
                throw new ArgumentException($"attribute {name} is not known");
            if (!_attributes.TryAdd(attribute.Name, attribute))
                throw new ArgumentException($"attribute {name} is there twice");
            if (attribute.Type != AttributeType.Undefined && Types.TryGetValue(attribute.Name, out AttributeType type)
                && attribute.Type != type)
                throw WrongType(attribute, type);
        }
    }

    internal bool Has(string name) => _attributes.ContainsKey(name);

    internal long Int(string name, long absent) =>
        Find(name, AttributeType.Int, given => given.HasI) is { } found ? found.I : absent;

    /// <summary>An integer that is 0 or 1.</summary>
    internal bool Flag(string name, bool absent = false) => Int(name, absent ? 1 : 0) switch
    {
        0 => false,
        1 => true,
        long other => throw new ArgumentException($"attribute '{name}' is {other}, must be 0 or 1"),
    };

    internal float Float(string name, float absent) =>
        Find(name, AttributeType.Float, given => given.HasF) is { } found ? found.F : absent;

    internal string Text(string name, string absent) =>
        Find(name, AttributeType.String, given => given.HasS) is { } found ? found.S.ToStringUtf8() : absent;

    internal long[]? Ints(string name) =>
        Find(name, AttributeType.Ints, given => given.Ints.Count > 0) is { } found ? [.. found.Ints] : null;

    internal float[]? Floats(string name) =>
        Find(name, AttributeType.Floats, given => given.Floats.Count > 0) is { } found ? [.. found.Floats] : null;

    internal string[]? Texts(string name) =>
        Find(name, AttributeType.Strings, given => given.Strings.Count > 0) is { } found
            ? [.. found.Strings.Select(text => text.ToStringUtf8())]
            : null;

    internal TensorProto? Tensor(string name) =>
        Find(name, AttributeType.Tensor, given => given.T is not null) is { T: { } tensor } ? tensor : null;

    // Old files don't tell the type: then what is set does.
    private AttributeProto? Find(string name, AttributeType type, Func<AttributeProto, bool> isSet)
    {
        if (!_attributes.TryGetValue(name, out AttributeProto? attribute))
            return null;
        return attribute.Type == type || (attribute.Type == AttributeType.Undefined && isSet(attribute))
            ? attribute
            : throw WrongType(attribute, type);
    }

    private static ArgumentException WrongType(AttributeProto attribute, AttributeType type) =>
        new($"attribute '{attribute.Name}' is of type {attribute.Type}, must be {type}");
}
