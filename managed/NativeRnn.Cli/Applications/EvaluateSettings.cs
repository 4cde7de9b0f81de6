namespace NativeRnn.Cli.Applications;

/// <summary>What the options of an `evaluate` command say.</summary>
/// <param name="Model">A directory, or a file.</param>
/// <param name="Data">A file or a directory; null: what the tool has itself.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="Json">The file for the results; null: none.</param>
internal sealed record EvaluateSettings(string Model, string? Data, DeviceOptions Device, string? Json)
{
    /// <summary>Prints the results and writes the file.</summary>
    /// <returns>The command's exit code.</returns>
    public int Finish(RunReport report, Terminal terminal)
    {
        report.Print(terminal);
        if (Json is not null)
        {
            report.Write(Json);
        }

        return ExitCode.Done;
    }
}
