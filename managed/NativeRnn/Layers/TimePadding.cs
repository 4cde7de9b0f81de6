namespace NativeRnn.Layers;

/// <summary>What stands around a sequence for a window that moves over it.</summary>
public enum TimePadding
{
    /// <summary>Nothing: every window lies inside the sequence.</summary>
    Valid = 0,

    /// <summary>
    /// As much that there are ceil(T / stride) windows, half of it before the sequence, the odd one
    /// behind it.
    /// </summary>
    Same = 1,

    /// <summary>All of it before the sequence: no window sees a later step than its own.</summary>
    Causal = 2,
}
