using System.Diagnostics;
using NativeRnn.Cli;

namespace NativeRnn.Tests.Cli;

public class InterruptTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // SIGTERM and not SIGINT: a shell that runs the tests in the background makes its children
    // ignore the latter. Both take the same way through the tool.
    [Fact]
    public async Task TrainText_Stopped_SavesWhatWasTrainedAndReturns130()
    {
        using var directory = new TemporaryDirectory();
        string model = directory.File("model");
        using Process tool = Start(
            "train", "text", "--data", directory.Write("text.txt", Tool.SmallText(3000)),
            "--out", model, "--hidden", "32", "--layers", "1", "--epochs", "1000000");
        using var timeout = new CancellationTokenSource(Patience);

        await ReadUntil(tool.StandardOutput, "epoch 1/", timeout.Token);
        using (Process kill = Process.Start("kill", ["-TERM", $"{tool.Id}"]))
        {
            await kill.WaitForExitAsync(timeout.Token);
        }

        string rest = await tool.StandardOutput.ReadToEndAsync(timeout.Token);
        await tool.WaitForExitAsync(timeout.Token);

        Assert.Equal(ExitCode.Interrupted, tool.ExitCode);
        Assert.Contains("Interrupted", rest, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(model, "model.safetensors")));
    }

    private static async Task ReadUntil(
        StreamReader output, string beginning, CancellationToken cancellation)
    {
        string? line;
        do
        {
            line = await output.ReadLineAsync(cancellation);
            Assert.NotNull(line);
        }
        while (!line.StartsWith(beginning, StringComparison.Ordinal));
    }

    private static Process Start(params string[] arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string tool = typeof(CommandLine).Assembly.Location;
        var start = new ProcessStartInfo(dotnet, [tool, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }
}
