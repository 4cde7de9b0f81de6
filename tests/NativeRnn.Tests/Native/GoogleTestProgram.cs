using System.Diagnostics;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Native;

/// <summary>
/// A GoogleTest program of tests/native. All its cases run in one process, the first time that
/// one of them is asked for; if it dies, another process runs the cases that are left.
/// </summary>
internal sealed class GoogleTestProgram
{
    // A case that prints nothing for so long hangs.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    private readonly string _path;
    private readonly Lazy<IReadOnlyDictionary<string, GoogleTestOutcome>> _outcomes;

    /// <param name="name">The CMake target's name.</param>
    public GoogleTestProgram(string name)
    {
        Name = name;
        _path = Path.Combine(NativeBuild.Directory, "tests", "native", name);
        _outcomes = new(RunAll);
    }

    public string Name { get; }

    /// <summary>The cases as the program lists them: Suite.Case.</summary>
    public IReadOnlyList<string> Cases()
    {
        using Process process = Start("--gtest_list_tests");
        string list = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? ParseList(list)
            : throw new InvalidOperationException(
                $"{_path} --gtest_list_tests ended with {process.ExitCode}");
    }

    /// <summary>How a case ended.</summary>
    public GoogleTestOutcome OutcomeOf(string name) =>
        _outcomes.Value.TryGetValue(name, out GoogleTestOutcome? outcome)
            ? outcome
            : new(GoogleTestVerdict.Failed, $"{Name} did not run this case");

    private static List<string> ParseList(string list)
    {
        List<string> cases = [];
        string suite = "";
        foreach (string line in list.Split('\n'))
        {
            // "Sizes/RnnTest." and "  Matches/0  # GetParam() = 12"
            string name = line.Split('#')[0].Trim();
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                cases.Add(suite + name);
            }
            else if (name.EndsWith('.'))
            {
                suite = name;
            }
        }

        return cases;
    }

    private Dictionary<string, GoogleTestOutcome> RunAll()
    {
        Dictionary<string, GoogleTestOutcome> outcomes = [];
        bool complete = false;
        while (!complete)
        {
            int before = outcomes.Count;
            complete = RunRest(outcomes) || outcomes.Count == before;
        }

        return outcomes;
    }

    // Runs the cases without an outcome; false when the program died and there may be more of them.
    private bool RunRest(Dictionary<string, GoogleTestOutcome> outcomes)
    {
        string[] done = [.. outcomes.Keys];
        using Process process = Start(
            "--gtest_color=no", $"--gtest_filter=*-{string.Join(':', done)}");
        Task<string> error = process.StandardError.ReadToEndAsync();
        var log = new GoogleTestLog();
        bool hung = !ReadTo(log, process);
        process.WaitForExit();
        foreach ((string name, GoogleTestOutcome outcome) in log.Outcomes)
        {
            outcomes[name] = outcome;
        }

        if (log.Running is { } running)
        {
            string end = hung
                ? $"hung: nothing printed for {Silence.TotalMinutes} minutes"
                : $"died with exit code {process.ExitCode}{Signal(process.ExitCode)}";
            outcomes[running] = new(
                GoogleTestVerdict.Failed,
                $"{Name} {end} in {running}\n{log.Output}\n{error.GetAwaiter().GetResult()}");
            return false;
        }

        return true;
    }

    private static bool ReadTo(GoogleTestLog log, Process process)
    {
        while (true)
        {
            Task<string?> line = process.StandardOutput.ReadLineAsync();
            if (!line.Wait(Silence))
            {
                process.Kill();
                return false;
            }

            if (line.Result is null)
            {
                return true;
            }

            log.Read(line.Result);
        }
    }

    private static string Signal(int exitCode) => exitCode switch
    {
        128 + 6 => " (abort: a failed assertion, or a sanitizer)",
        128 + 11 => " (segmentation fault)",
        128 + 4 => " (illegal instruction)",
        128 + 9 => " (killed, perhaps for memory)",
        _ => "",
    };

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(_path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }
}
