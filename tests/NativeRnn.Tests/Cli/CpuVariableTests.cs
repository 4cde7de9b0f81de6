using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using NativeRnn.Cli;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Cli;

/// <summary>
/// NATIVERNN_CPU, in a process of its own: .NET's environment variables don't reach native code once it runs.
/// </summary>
public class CpuVariableTests
{
    private static readonly string Foreign = X86Base.IsSupported ? "neon" : "avx2";

    private static readonly string Lowest = X86Base.IsSupported ? "Baseline" : "Neon";

    [Fact]
    public void Info_Forced_SaysSo()
    {
        // As written by people, in capitals too.
        foreach (string value in new[] { Lowest, Lowest.ToUpperInvariant() })
        {
            ProgramResult result = RunInfo(value);

            Assert.Equal(ExitCode.Done, result.ExitCode);
            Assert.Matches($@"(?m)^instruction set +{Lowest} \(forced by NATIVERNN_CPU={value}\)", result.Output);
        }
    }

    [Fact]
    public void Info_UnknownName_IsRefused()
    {
        ProgramResult result = RunInfo("mmx");

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(
            "NATIVERNN_CPU is \"mmx\", must be baseline, avx2, avx512 or neon", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_NameOfAnotherCpu_IsRefused()
    {
        ProgramResult result = RunInfo(Foreign);

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains($"NATIVERNN_CPU is {Foreign}, which this machine", result.Error, StringComparison.Ordinal);
    }

    private static ProgramResult RunInfo(string variable)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(dotnet, [typeof(CommandLine).Assembly.Location, "info"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NATIVERNN_CPU"] = variable;

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ProgramResult(process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
