namespace NativeRnn;

/// <summary>
/// What a GPU rounds the operands of matrix products to. Sums, states and all other computations are 32-bit floats, as
/// are tensors. The CPU has <see cref="Float32"/> only.
/// </summary>
public enum MatrixPrecision
{
    /// <summary>32-bit floats as they are: 24 bits of precision.</summary>
    Float32 = 0,

    /// <summary>TF32, 11 bits of precision and the range of a float: tensor cores from compute capability 8.0 on.</summary>
    TensorFloat32 = 1,

    /// <summary>bfloat16, 8 bits of precision and the range of a float: from compute capability 8.0 on.</summary>
    BFloat16 = 2,

    /// <summary>
    /// IEEE half, 11 bits of precision: from compute capability 7.5 on. Gradients are scaled so that small ones are not lost.
    /// </summary>
    Float16 = 3,
}
