using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <summary>Weights of a layer as a Keras file has them.</summary>
/// <param name="FilePath">The file, for messages.</param>
/// <param name="Path">Where in the file.</param>
/// <param name="Shape">The sizes of the axes.</param>
/// <param name="Values">The last axis fastest.</param>
internal sealed record KerasArray(string FilePath, string Path, int[] Shape, float[] Values)
{
    internal static KerasArray Read(string filePath, Hdf5Dataset dataset) =>
        new(filePath, dataset.Path, dataset.Shape, dataset.Read());

    internal KerasArray Require(params int[] shape) => Shape.AsSpan().SequenceEqual(shape)
        ? this
        : throw Invalid($"the shape is {Text(Shape)}, should be {Text(shape)}");

    /// <summary>The first size of a matrix [rows,columns].</summary>
    internal int RowsOf(int columns)
    {
        if (Shape.Length != 2 || Shape[1] != columns || Shape[0] < 1)
        {
            throw Invalid($"the shape is {Text(Shape)}, should be [*, {columns}]");
        }

        return Shape[0];
    }

    internal ModelFormatException Invalid(string what) => new(FilePath, Path, what);

    private static string Text(int[] shape) => $"[{string.Join(", ", shape)}]";
}
