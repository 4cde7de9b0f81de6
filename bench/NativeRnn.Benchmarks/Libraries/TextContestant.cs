namespace Benchmarks;

/// <summary>
/// A language model in one library. A call goes from characters in the host's memory to the loss in
/// it: upload, forward, loss, backward, clipping, optimiser, carrying the state.
/// </summary>
internal abstract class TextContestant(Case one, CharacterBatches text) : IContestant
{
    private readonly int[] _inputs = new int[text.Length];
    private readonly int[] _targets = new int[text.Length];
    private int _window;

    public abstract Library Library { get; }

    /// <summary>The losses of the first steps, each by its own name.</summary>
    public IReadOnlyDictionary<string, float[]> Results() => Enumerable
        .Range(1, one.ComparedSteps)
        .ToDictionary(step => $"loss {step}", _ => new[] { Next() });

    public void Run() => Next();

    public abstract void Dispose();

    /// <summary>Trains on a window of characters.</summary>
    /// <param name="inputs">Characters, [T,B].</param>
    /// <param name="targets">What follows each of them, [T,B].</param>
    /// <returns>The mean loss in nats per character.</returns>
    protected abstract float Step(int[] inputs, int[] targets);

    private float Next()
    {
        text.Fill(_window++, _inputs, _targets);
        return Step(_inputs, _targets);
    }
}
