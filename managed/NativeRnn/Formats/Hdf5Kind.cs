namespace NativeRnn.Formats;

/// <summary>The kinds of elements in HDF5 files that are told apart.</summary>
internal enum Hdf5Kind
{
    /// <summary>None of the others: not read.</summary>
    Other = 0,

    /// <summary>IEEE 754 half, single or double, little-endian.</summary>
    Float = 1,

    /// <summary>Bytes in place, filled up with zeros.</summary>
    FixedText = 2,

    /// <summary>A length and a place in a global heap.</summary>
    Text = 3,
}
