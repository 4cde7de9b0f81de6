namespace NativeRnn.Data;

/// <summary>An end of a sequence.</summary>
public enum PaddingSide
{
    /// <summary>Before the first step.</summary>
    Pre = 0,

    /// <summary>After the last step.</summary>
    Post = 1,
}
