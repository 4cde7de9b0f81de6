using System.CommandLine;

namespace Benchmarks;

/// <summary>`forward`: the recurrent layers alone, without gradients.</summary>
internal static class ForwardCommand
{
    public static Command Create()
    {
        Option<Cell> cell = Options.Cell();
        Option<Library> library = Options.Library();
        Option<int> threads = Options.Threads();
        Option<int> calls = Options.Count("--calls", "Calls that are timed.", 50, 20);
        Option<FileInfo?> json = Options.Json();
        Command command = new("forward", "Run 2 x 256 layers over 100 steps, at batch 1 and 64.")
        {
            cell, library, threads, calls, json,
        };
        command.SetAction(parsed =>
        {
            ForwardResult[] results = [.. ((int[])[1, 64]).Select(batch => new ForwardBenchmark(new()
            {
                Cell = parsed.GetValue(cell),
                Threads = parsed.GetValue(threads),
                Batch = batch,
            }).Run(parsed.GetValue(library), parsed.GetValue(calls)))];
            Report.Save(parsed.GetValue(json), results);
            return results.All(result => result.Agrees) ? 0 : 1;
        });
        return command;
    }
}
