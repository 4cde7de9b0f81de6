using System.CommandLine;

namespace Benchmarks;

/// <summary>`train`: a language model in both libraries, compared step by step.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        Option<Cell> cell = Options.Cell();
        Option<Library> library = Options.Library();
        Option<int> threads = Options.Threads();
        Option<int> steps = Options.Count("--steps", "Steps that are timed.", 30, 20);
        Option<int> batch = Options.Count("--batch", "Sequences side by side.", 64, 1);
        Option<FileInfo?> data = new("--data") { Description = "A text; else one is generated." };
        Option<FileInfo?> json = Options.Json();
        Command command = new("train", "Train a 2 x 256 character model, 100 characters a step.")
        {
            cell, library, threads, steps, batch, data, json,
        };
        command.SetAction(parsed =>
        {
            Setup setup = new()
            {
                Cell = parsed.GetValue(cell),
                Threads = parsed.GetValue(threads),
                Batch = parsed.GetValue(batch),
            };
            CharacterBatches text = CharacterBatches.Load(
                parsed.GetValue(data), setup.Batch, setup.Sequence);
            TrainBenchmark benchmark = new(setup with { Vocabulary = text.Vocabulary }, text);
            return benchmark.Run(
                parsed.GetValue(library), parsed.GetValue(steps), parsed.GetValue(json));
        });
        return command;
    }
}
