using System.Diagnostics;
using NativeRnn.Tests.Cli;
using NativeRnn.Training;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>
/// Kills a training program with SIGKILL at random moments and starts it again, until it ends: with the
/// same bits as one that ran through.
/// </summary>
public class KillTests(ITestOutputHelper output)
{
    private const int Kills = 20;
    private const int EveryBatches = 1;

    [Fact]
    public void Fit_KilledAtRandomMoments_EndsWithTheSameBits()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        using TemporaryDirectory directory = new();
        string whole = RunOf(directory, "whole");
        Assert.True(EndsByItself(whole, 0, null));
        string[] wanted = Result(whole);
        int kills = 0;
        int ends = 0;
        int resumed = 0;
        while (kills < Kills || ends == 0)
        {
            string run = RunOf(directory, $"{ends}");
            resumed += File.Exists(new CheckpointOptions(run).FilePath) ? 1 : 0;
            bool ended = EndsByItself(run, EveryBatches, kills < Kills ? Moment(random) : null);
            if (ended)
            {
                Assert.Equal(wanted, Result(run));
                ends++;
            }
            else
            {
                kills++;
            }
        }

        output.WriteLine($"seed {seed}: {kills} kills, {resumed} starts from a checkpoint, {ends} ends");
        Assert.True(resumed >= Kills / 2, $"only {resumed} starts were from a checkpoint, seed {seed}");
    }

    private static string RunOf(TemporaryDirectory directory, string name) =>
        Directory.CreateDirectory(directory.File(name)).FullName;

    private static string[] Result(string run) => File.ReadAllLines(Path.Combine(run, "result.txt"));

    // By batches first, so that a slow machine gets as far; every fifth one is killed while it starts.
    private static (int Batches, TimeSpan Wait) Moment(Random random) => random.Next(5) == 0
        ? (0, TimeSpan.FromMilliseconds(random.Next(200)))
        : (random.Next(1, 30), TimeSpan.FromMilliseconds(20 * random.NextDouble()));

    private static bool EndsByItself(
        string run, int everyBatches, (int Batches, TimeSpan Wait)? untilKill)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string program = Path.Combine(AppContext.BaseDirectory, "NativeRnn.ResumeProgram.dll");
        using Process process = Process.Start(new ProcessStartInfo(dotnet, [program, run, $"{everyBatches}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (untilKill is (int batches, TimeSpan wait))
        {
            for (int line = 0; line < batches; line++)
            {
                process.StandardOutput.ReadLine();
            }

            Thread.Sleep(wait);

            // SIGKILL on Unix; nothing if it has ended.
            process.Kill();
        }

        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        const int Killed = 128 + 9;
        Assert.True(process.ExitCode is 0 or Killed, $"exit code {process.ExitCode}: {errors.Result}");
        return process.ExitCode == 0;
    }
}
