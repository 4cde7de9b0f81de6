namespace NativeRnn.Tests.Fuzz;

/// <summary>A damaged file: what was done to the good one, as a name that makes it again, and its bytes.</summary>
internal sealed record FuzzCase(string Name, byte[] Bytes);
