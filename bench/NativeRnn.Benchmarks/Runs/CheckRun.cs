namespace Benchmarks;

/// <summary>`--check`: compares results at small sizes and times nothing.</summary>
internal static class CheckRun
{
    /// <returns>Whether all agree.</returns>
    public static bool Run(IEnumerable<Case> cases)
    {
        bool holds = true;
        foreach (Case one in cases)
        {
            using Contest contest = Contest.Create(one);
            Agreement agreement = Agreement.Of(contest);
            holds &= agreement.Holds;
            Console.WriteLine($"{Word(agreement)} {one}: {agreement}");
        }

        return holds;
    }

    private static string Word(Agreement agreement) =>
        !agreement.Holds ? "DIFFERS " : agreement.Compared ? "agrees  " : "no peer ";
}
