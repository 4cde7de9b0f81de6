namespace NativeRnn.Models;

/// <summary>A constant is too large to be computed while the file is read.</summary>
internal sealed class OnnxBudgetException() : Exception("the constant is too large to be computed from others");
