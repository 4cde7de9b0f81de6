namespace NativeRnn.Tests.Interop;

/// <summary>How a program ended and what it wrote.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error);
