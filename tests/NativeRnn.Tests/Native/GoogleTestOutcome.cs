namespace NativeRnn.Tests.Native;

/// <summary>How a GoogleTest case ended.</summary>
internal enum GoogleTestVerdict
{
    Passed,
    Failed,
    Skipped,
}

/// <summary>A case's end and what it printed: a failure's or a skip's reason.</summary>
internal sealed record GoogleTestOutcome(GoogleTestVerdict Verdict, string Output);
