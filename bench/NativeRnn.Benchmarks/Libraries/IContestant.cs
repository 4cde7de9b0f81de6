namespace Benchmarks;

/// <summary>One library's part in a case: the same weights and inputs as the others have.</summary>
internal interface IContestant : IDisposable
{
    Library Library { get; }

    /// <summary>
    /// What the library computes, by name; in one run all libraries' answers to a name have one
    /// length. Called before <see cref="Run"/> only: that may change the weights.
    /// </summary>
    IReadOnlyDictionary<string, float[]> Results();

    /// <summary>What is timed. Inputs are with the library already.</summary>
    void Run();
}
