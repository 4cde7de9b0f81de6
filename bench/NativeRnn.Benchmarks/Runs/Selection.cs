namespace Benchmarks;

/// <summary>What the user chose.</summary>
internal sealed record Selection
{
    public required RunKind Kind { get; init; }

    public bool Roofline { get; init; }

    /// <summary>Words that a case must have; null takes all.</summary>
    public string? Filter { get; init; }

    public required int[] Threads { get; init; }

    /// <summary>How long the libraries take turns at each case of a quick run.</summary>
    public double Seconds { get; init; }

    public FileInfo? Json { get; init; }

    /// <summary>The cases of some modes.</summary>
    /// <exception cref="InvalidDataException">The filter leaves none.</exception>
    public Case[] Cases(params Mode[] modes)
    {
        Case[] cases = [.. modes.SelectMany(mode => CaseGrid.Of(mode, Threads, Filter))];
        return cases.Length > 0 ? cases : throw new InvalidDataException(
            $"--filter: no case has all of '{Filter}'; a case reads like '{CaseGrid.Of(modes[0], [1], null).First()}'");
    }
}
