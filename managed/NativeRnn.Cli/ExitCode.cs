namespace NativeRnn.Cli;

/// <summary>What the tool returns to the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The work failed on the way, e.g. a loss that is not finite.</summary>
    public const int Failed = 1;

    /// <summary>A flag or a file is wrong.</summary>
    public const int BadUsage = 2;

    /// <summary>Stopped by Ctrl-C or SIGTERM; what was trained until then is saved.</summary>
    public const int Interrupted = 130;
}
