using System.Runtime.CompilerServices;

namespace NativeRnn;

/// <summary>How many elements apart neighbours along each axis lie; 0 repeats one element.</summary>
[InlineArray(TensorShape.MaximumRank)]
internal struct Strides
{
    private long _first;

    /// <summary>Writes all strides, those beyond the rank too.</summary>
    internal readonly void CopyTo(Span<long> destination) =>
        ((ReadOnlySpan<long>)this)[..TensorShape.MaximumRank].CopyTo(destination);
}
