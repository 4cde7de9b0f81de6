namespace NativeRnn;

/// <summary>The type of a tensor's elements.</summary>
public enum DType
{
    /// <summary>IEEE 754 single precision.</summary>
    Float32 = 0,

    /// <summary>32-bit integers: indices, class numbers, lengths.</summary>
    Int32 = 1,
}
