namespace NativeRnn.Layers;

/// <summary>How the outputs of the two directions become one.</summary>
public enum MergeMode
{
    /// <summary>Side by side: [..,2 H].</summary>
    Concat = 0,

    /// <summary>Their sum, [..,H].</summary>
    Sum = 1,

    /// <summary>Their product, element by element, [..,H].</summary>
    Mul = 2,

    /// <summary>Their mean, [..,H].</summary>
    Average = 3,
}
