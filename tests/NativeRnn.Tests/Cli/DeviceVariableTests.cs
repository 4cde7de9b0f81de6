using System.Diagnostics;
using NativeRnn.Cli;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Cli;

/// <summary>NATIVERNN_DEVICE, in a process of its own.</summary>
public class DeviceVariableTests
{
    [Fact]
    public void Default_WithoutADevicesName_SaysWhatItMayBe()
    {
        ProgramResult result = Run("KerasStyle.dll", "gpu");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(
            "NATIVERNN_DEVICE is \"gpu\", must be cpu, cuda or cuda:N", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Default_OnAGpuThatIsNotThere_SaysWhy()
    {
        Skip.If(Device.CudaCount > 0, "there is a GPU");

        ProgramResult result = Run("KerasStyle.dll", "cuda:1");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(nameof(NotSupportedException), result.Error, StringComparison.Ordinal);
        Assert.Contains("CUDA", result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("gpu", "NATIVERNN_DEVICE is \"gpu\", must be cpu, cuda or cuda:N")]
    [InlineData("CPU", "--model")]
    public void Tool_WithoutAnOption_TakesTheVariable(string variable, string complaint)
    {
        ProgramResult result = Run(
            typeof(CommandLine).Assembly.Location, variable, "classify", "--model", "/no/such/model", "a film");

        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(complaint, result.Error, StringComparison.Ordinal);
    }

    private static ProgramResult Run(string program, string variable, params string[] arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string path = Path.Combine(AppContext.BaseDirectory, program);
        var start = new ProcessStartInfo(dotnet, [path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NATIVERNN_DEVICE"] = variable;

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ProgramResult(process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
