namespace NativeRnn.Layers;

/// <summary>The scores of <see cref="LuongAttention"/>.</summary>
public enum LuongScore
{
    /// <summary>q · k; both of one size.</summary>
    Dot = 0,

    /// <summary>q · W k.</summary>
    General = 1,

    /// <summary>v · tanh(W [q; k]).</summary>
    Concat = 2,
}
