namespace NativeRnn.Models;

/// <summary>
/// A value that flows through an ONNX graph. Floats are tensors of the device, recorded for gradients. Integers are
/// shapes, indices and lengths: they are computed on the host, as ONNX's 64-bit numbers. Booleans are either.
/// </summary>
internal sealed class OnnxValue
{
    private readonly Tensor? _tensor;
    private readonly int[]? _shape;
    private long[]? _integers;

    private OnnxValue(OnnxKind kind, Tensor tensor) => (Kind, _tensor) = (kind, tensor);

    private OnnxValue(OnnxKind kind, long[] integers, int[] shape) =>
        (Kind, _integers, _shape) = (kind, integers, shape);

    internal OnnxKind Kind { get; }

    internal ReadOnlySpan<int> Shape => _tensor is null ? _shape : _tensor.Shape;

    internal int Rank => Shape.Length;

    internal long Length => _tensor?.Length ?? _integers!.Length;

    /// <summary>Whether it is a tensor of floats, booleans as 0 and 1.</summary>
    internal bool IsFloats => AsFloats is not null;

    /// <summary>The tensor of floats that it is, or null.</summary>
    internal Tensor? AsFloats => _tensor is { DType: DType.Float32 } ? _tensor : null;

    /// <summary>The tensor of int32 that it was made of, or null.</summary>
    internal Tensor? AsIndices => _tensor is { DType: DType.Int32 } ? _tensor : null;

    internal string ShapeText => TensorShape.Text(Shape);

    /// <summary>Floats, or 32-bit integers as an input gives them.</summary>
    internal static OnnxValue Of(Tensor tensor) =>
        new(tensor.DType == DType.Int32 ? OnnxKind.Integer : OnnxKind.Float, tensor);

    internal static OnnxValue Condition(Tensor zerosAndOnes) => new(OnnxKind.Boolean, zerosAndOnes);

    internal static OnnxValue Integers(long[] values, int[] shape, OnnxKind kind = OnnxKind.Integer) =>
        new(kind, values, shape);

    internal static OnnxValue Line(params long[] values) => Integers(values, [values.Length]);

    /// <summary>The result of an operation that keeps the kind of its input.</summary>
    internal OnnxValue With(Tensor tensor) => new(Kind, tensor);

    /// <inheritdoc cref="With(Tensor)"/>
    internal OnnxValue With(long[] integers, int[] shape) => new(Kind, integers, shape);

    /// <summary>The floats, also of booleans.</summary>
    /// <exception cref="ArgumentException">It holds integers.</exception>
    internal Tensor Floats(Device device)
    {
        if (AsFloats is { } floats)
            return floats;
        if (Kind != OnnxKind.Boolean)
            throw new ArgumentException($"floats are needed, the value {ShapeText} holds integers");
        return Tensor.From(Array.ConvertAll(_integers!, value => (float)value), _shape, device);
    }

    /// <summary>The integers, also of booleans; not to be changed.</summary>
    /// <exception cref="ArgumentException">It holds floats.</exception>
    internal long[] ToIntegers() => _integers ??= Read();

    /// <summary>The only integer.</summary>
    /// <exception cref="ArgumentException">There is none or another number of them, or floats.</exception>
    internal long ToInteger() => Length == 1
        ? ToIntegers()[0]
        : throw new ArgumentException($"one integer is needed, the value is {ShapeText}");

    /// <summary>The only number, of any kind.</summary>
    internal float ToNumber()
    {
        if (Kind != OnnxKind.Float)
            return ToInteger();
        return Length == 1
            ? _tensor!.ToArray()[0]
            : throw new ArgumentException($"one number is needed, the value is {ShapeText}");
    }

    /// <summary>The tensor that a program gets: floats, or integers as 32 bits.</summary>
    internal Tensor ToTensor(Device device)
    {
        if (_tensor is not null && Kind != OnnxKind.Boolean)
            return _tensor;
        return Tensor.From(Array.ConvertAll(ToIntegers(), value => checked((int)value)), Shape, device);
    }

    private long[] Read() => Kind switch
    {
        OnnxKind.Integer => Array.ConvertAll(_tensor!.ToInt32Array(), value => (long)value),
        OnnxKind.Boolean => Array.ConvertAll(_tensor!.ToArray(), value => value != 0 ? 1L : 0),
        _ => throw new ArgumentException($"integers are needed, the value {ShapeText} holds floats"),
    };
}
