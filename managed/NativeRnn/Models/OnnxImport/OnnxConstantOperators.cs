using DataType = NativeRnn.Formats.Onnx.TensorProto.Types.DataType;

namespace NativeRnn.Models;

/// <summary>Operators that make values: constants, shapes, ranges, and conversions of types.</summary>
internal static class OnnxConstantOperators
{
    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["Constant"] = new(call => [Constant(call)], 0, 0, "value value_float value_floats value_int value_ints"),
        ["ConstantOfShape"] = new(call => [ConstantOfShape(call)], 1, 1, "value"),
        ["Shape"] = new(call => [Shape(call)], 1, 1, "start end"),
        ["Size"] = new(call => [OnnxValue.Integers([call[0].Length], [])], 1, 1),
        ["Range"] = new(call => [Range(call)], 3, 3),
        ["Cast"] = new(call => [Cast(call, KindOf(call.Attributes.Int("to", 0)))], 1, 1, "to saturate"),
        ["CastLike"] = new(call => [Cast(call, call[1].Kind)], 2, 2, "saturate"),
    };

    private static OnnxValue Constant(OnnxCall call)
    {
        OnnxAttributes attributes = call.Attributes;
        if (attributes.Tensor("value") is { } tensor)
            return OnnxTensorReader.Read(tensor, call.Device, null);
        if (attributes.Has("value_float"))
            return OnnxValue.Of(Tensor.From([attributes.Float("value_float", 0)], [], call.Device));
        if (attributes.Floats("value_floats") is { } floats)
            return OnnxValue.Of(Tensor.From(floats, [floats.Length], call.Device));
        if (attributes.Has("value_int"))
            return OnnxValue.Integers([attributes.Int("value_int", 0)], []);
        return attributes.Ints("value_ints") is { } integers
            ? OnnxValue.Line(integers)
            : throw new ArgumentException("it has no value");
    }

    private static OnnxValue ConstantOfShape(OnnxCall call)
    {
        int[] shape = call.Claim(call.Integers(0));
        OnnxValue? value = call.Attributes.Tensor("value") is { } tensor
            ? OnnxTensorReader.Read(tensor, call.Device, null)
            : null;
        if (value is null || value.Kind == OnnxKind.Float)
            return OnnxValue.Of(Tensor.Full(shape, value?.ToNumber() ?? 0, call.Device));
        long[] integers = new long[OnnxShape.Length(shape)];
        Array.Fill(integers, value.ToInteger());
        return value.With(integers, shape);
    }

    private static OnnxValue Shape(OnnxCall call)
    {
        int rank = call[0].Rank;
        int start = Clamp(call.Attributes.Int("start", 0)), end = Clamp(call.Attributes.Int("end", rank));
        int[] sizes = start < end ? call[0].Shape[start..end].ToArray() : [];
        return OnnxValue.Line(Array.ConvertAll(sizes, size => (long)size));

        int Clamp(long axis) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
    }

    private static OnnxValue Range(OnnxCall call)
    {
        if (call[0].Kind == OnnxKind.Float)
        {
            (float first, float limit, float step) = (call[0].ToNumber(), call[1].ToNumber(), call[2].ToNumber());
            double many = Math.Ceiling(((double)limit - first) / step);
            int[] line = call.Claim([CountOf(many)]);
            return OnnxValue.Of(Tensor.From(
                [.. Enumerable.Range(0, line[0]).Select(k => first + (k * step))], line, call.Device));
        }

        (long start, long end, long delta) = (call[0].ToInteger(), call[1].ToInteger(), call[2].ToInteger());
        double count = delta == 0 ? double.NaN : Math.Ceiling(((double)end - start) / delta);
        int[] shape = call.Claim([CountOf(count)]);
        return OnnxValue.Line([.. Enumerable.Range(0, shape[0]).Select(k => start + (k * delta))]);
    }

    private static long CountOf(double count) => count <= Array.MaxLength
        ? (long)Math.Max(count, 0)
        : throw new ArgumentException($"a range of {count} numbers");

    private static OnnxKind KindOf(long type) => (DataType)type switch
    {
        DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16 => OnnxKind.Float,
        DataType.Int64 or DataType.Int32 => OnnxKind.Integer,
        DataType.Bool => OnnxKind.Boolean,
        _ => throw new ArgumentException($"the type {type} to convert to is not computed"),
    };

    private static OnnxValue Cast(OnnxCall call, OnnxKind kind)
    {
        OnnxValue x = call[0];
        if (x.Kind == kind)
            return x;
        int[] shape = x.Shape.ToArray();
        if (kind == OnnxKind.Float)
            return OnnxValue.Of(x.AsFloats ?? Tensor.From(
                Array.ConvertAll(x.ToIntegers(), value => (float)value), shape, call.Device));
        if (x.Kind == OnnxKind.Float)
            return kind == OnnxKind.Boolean
                ? OnnxValue.Condition(1 - x.Floats(call.Device).EqualTo(0))
                : OnnxValue.Integers(Array.ConvertAll(x.Floats(call.Device).ToArray(), Truncated), shape);
        long[] integers = x.ToIntegers();
        return OnnxValue.Integers(
            kind == OnnxKind.Boolean ? Array.ConvertAll(integers, value => value != 0 ? 1L : 0) : integers,
            shape,
            kind);
    }

    private static long Truncated(float value) => value is > -9.2e18f and < 9.2e18f
        ? (long)value
        : throw new ArgumentException($"{value} is no 64-bit integer");
}
