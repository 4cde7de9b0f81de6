namespace NativeRnn.Cli;

/// <summary>The device that the tool computes on.</summary>
internal static class ToolDevice
{
    private const string Variable = "NATIVERNN_CPU";

    /// <summary>What NATIVERNN_CPU is set to; null when it is not.</summary>
    public static string? Forced =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? $"{Variable}={value}" : null;

    /// <param name="threads">0: one for each CPU of the process.</param>
    /// <exception cref="UserErrorException">NATIVERNN_CPU asks for what is not there.</exception>
    public static Device Open(int threads = 0)
    {
        try
        {
            return Device.Cpu(threads);
        }
        catch (Exception error) when (Forced is not null && error is ArgumentException or NotSupportedException)
        {
            throw new UserErrorException(error.Message);
        }
    }
}
