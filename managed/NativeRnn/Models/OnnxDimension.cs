using System.Globalization;

namespace NativeRnn.Models;

/// <summary>A size in the shape of an input or output of an <see cref="OnnxModule"/>.</summary>
/// <param name="Size">The size; null: any.</param>
/// <param name="Name">What the file calls a size that may be any, such as <c>batch</c>; null: nothing.</param>
public readonly record struct OnnxDimension(int? Size, string? Name)
{
    /// <summary>The size, its name, or a question mark.</summary>
    public override string ToString() => Size?.ToString(CultureInfo.InvariantCulture) ?? Name ?? "?";
}
