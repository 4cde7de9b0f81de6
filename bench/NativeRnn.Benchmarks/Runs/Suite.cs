namespace Benchmarks;

/// <summary>Runs what the user chose, and reports.</summary>
internal static class Suite
{
    /// <returns>0, or 1 where results differ.</returns>
    public static int Run(Selection selection)
    {
        List<string> notes = [.. MachineInfo.Lines(), .. PeerStatus.Lines()];
        notes.ForEach(Console.WriteLine);
        if (selection.Kind == RunKind.Check)
        {
            return CheckRun.Run(selection.Threads.SelectMany(CaseGrid.Small)) ? 0 : 1;
        }

        bool quick = selection.Kind == RunKind.Quick;
        Case[] cases = Cases(selection);
        Roofline? roofline = quick || selection.Roofline ? new Roofline(cases) : null;
        foreach (string line in roofline?.Lines() ?? [])
        {
            Console.WriteLine(line);
            notes.Add(line);
        }

        Row[] rows = quick ? QuickRun.Run(cases, roofline, selection.Seconds) : FullRun.Run(cases, roofline);
        Report(selection, rows, notes, roofline);
        return Array.TrueForAll(rows, row => row.Agrees) ? 0 : 1;
    }

    // In a quick run of everything the comparison of losses must not take longer than all the rest.
    private static Case[] Cases(Selection selection)
    {
        Case[] cases = selection.Cases(Enum.GetValues<Mode>());
        return selection.Kind == RunKind.Quick && Array.Exists(cases, one => one.Mode != Mode.Text)
            ? Array.ConvertAll(cases, one => one with { ComparedSteps = TextModel.QuickComparedSteps })
            : cases;
    }

    private static void Report(
        Selection selection, Row[] rows, List<string> notes, Roofline? roofline)
    {
        Console.WriteLine();
        foreach (Means means in Means.Of(rows))
        {
            Console.WriteLine(means);
        }

        if (selection.Json is FileInfo json)
        {
            ResultFiles.WriteJson(json, rows);
        }

        string name = selection.Kind.ToString().ToLowerInvariant();
        foreach (string file in ResultFiles.Write(name, rows, notes, roofline))
        {
            Console.WriteLine(file);
        }
    }
}
