using NativeRnn.Formats.Onnx;

namespace NativeRnn.Models;

/// <summary>The inputs and outputs of a graph as the file declares them, and whether tensors are such inputs.</summary>
internal static class OnnxSignature
{
    /// <exception cref="Formats.ModelFormatException">It is no tensor, or of a type or shape that can't be.</exception>
    internal static OnnxTensorInfo Read(OnnxFile file, ValueInfoProto value)
    {
        string place = OnnxText.Quote(value.Name);
        if (value.Type?.TensorType is not { } tensor)
            throw file.Wrong(place, "it is no tensor: sequences, maps and optional values are not read");
        if (!OnnxTensorReader.Knows(tensor.ElemType))
            throw file.Wrong(place, $"the type {tensor.ElemType} is not read");
        OnnxDimension[]? shape = tensor.Shape is null
            ? null
            : [.. tensor.Shape.Dim.Select(dimension => Read(file, place, dimension))];
        if (shape?.Length > TensorShape.MaximumRank)
            throw file.Wrong(place, $"it has {shape.Length} axes, at most {TensorShape.MaximumRank} are possible");
        return new OnnxTensorInfo(value.Name, tensor.ElemType.ToString().ToLowerInvariant(), shape);
    }

    /// <exception cref="ArgumentException">The tensor is not of the type, rank or sizes that are declared.</exception>
    internal static void Require(OnnxTensorInfo input, Tensor tensor, Device device, string argument)
    {
        string given = $"the input '{input.Name}' is {tensor.DType} {tensor.ShapeText}";
        if (tensor.DType != input.DType)
            throw new ArgumentException($"{given}, must be {input.DType} ({input})", argument);
        if (!ReferenceEquals(tensor.Device, device))
            throw new ArgumentException($"{given} on another device than the model", argument);
        if (input.Shape is not { } shape)
            return;
        bool fits = tensor.Rank == shape.Count;
        for (int axis = 0; fits && axis < shape.Count; axis++)
            fits = shape[axis].Size is not int size || size == tensor.Shape[axis];
        if (!fits)
            throw new ArgumentException($"{given}, must be [{string.Join(',', shape)}]", argument);
    }

    // Some writers tell a size that may be any as -1.
    private static OnnxDimension Read(OnnxFile file, string place, TensorShapeProto.Types.Dimension dimension)
    {
        if (dimension.ValueCase != TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue || dimension.DimValue == -1)
            return new OnnxDimension(null, dimension.DimParam.Length > 0 ? dimension.DimParam : null);
        return dimension.DimValue is >= 0 and <= int.MaxValue
            ? new OnnxDimension((int)dimension.DimValue, null)
            : throw file.Wrong(place, $"a size is {dimension.DimValue}, must be 0 to {int.MaxValue}");
    }
}
