using System.CommandLine;

namespace Benchmarks;

/// <summary>The program's options and what runs for them.</summary>
internal static class SuiteCommand
{
    public static RootCommand Create()
    {
        Option<bool> check = new("--check")
        {
            Description = "Compare the libraries' results at small sizes; time nothing.",
        };
        Option<bool> quick = new("--quick")
        {
            Description = "A few calls of each case, the libraries in turns; a line for each.",
        };
        Option<bool> roofline = new("--roofline")
        {
            Description = "First measure what the machine can do; --quick always does.",
        };
        Option<string?> filter = new("--filter")
        {
            Description = "Only cases with all of these words, such as 'LSTM train' or 'B64 H256'.",
        };
        Option<int[]> threads = new("--threads")
        {
            Description = "Threads of each library; 1 and one for each core if not given.",
            DefaultValueFactory = _ => CaseGrid.AllThreads,
            AllowMultipleArgumentsPerToken = true,
        };
        threads.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int[]>()!.Any(count => count < 1))
            {
                result.AddError("--threads must be at least 1");
            }
        });
        Option<double> seconds = new("--seconds")
        {
            Description = "Of --quick: how long the libraries take turns at each case.",
            DefaultValueFactory = _ => 0.08,
        };
        Option<FileInfo?> json = new("--json") { Description = "Also write the rows to this file." };
        RootCommand root = new(
            "NativeRnn beside TorchSharp and ONNX Runtime: the same models, weights, data and threads in one run.")
        {
            check, quick, roofline, filter, threads, seconds, json,
        };
        root.SetAction(parsed => Suite.Run(new Selection
        {
            Kind = parsed.GetValue(check) ? RunKind.Check
                : parsed.GetValue(quick) ? RunKind.Quick : RunKind.Full,
            Roofline = parsed.GetValue(roofline),
            Filter = parsed.GetValue(filter),
            Threads = parsed.GetValue(threads)!,
            Seconds = parsed.GetValue(seconds),
            Json = parsed.GetValue(json),
        }));
        return root;
    }
}
