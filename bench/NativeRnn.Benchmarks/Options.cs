using System.CommandLine;

namespace Benchmarks;

/// <summary>Options that the commands share.</summary>
internal static class Options
{
    public static Option<Cell> Cell() => new("--cell")
    {
        Description = "The recurrent cell: lstm or gru.",
        DefaultValueFactory = _ => global::Benchmarks.Cell.Lstm,
    };

    public static Option<Library> Library() => new("--library")
    {
        Description = "Which library runs: both, nativernn or torchsharp.",
        DefaultValueFactory = _ => global::Benchmarks.Library.Both,
    };

    public static Option<FileInfo?> Json() => new("--json")
    {
        Description = "Also write the results to this file.",
    };

    public static Option<int> Threads() => Count("--threads", "Threads of each library.", 1, 1);

    public static Option<int> Count(string name, string description, int standard, int least)
    {
        Option<int> option = new(name)
        {
            Description = description,
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < least)
            {
                result.AddError($"{name} must be at least {least}");
            }
        });
        return option;
    }
}
