namespace Benchmarks;

/// <summary>A case in all libraries that have it and that load here; NativeRnn's is the first.</summary>
internal sealed class Contest : IDisposable
{
    private Contest(Case one, IContestant[] contestants) =>
        (Case, Contestants) = (one, contestants);

    public Case Case { get; }

    public IReadOnlyList<IContestant> Contestants { get; }

    /// <summary>Prepares a case for the calling thread.</summary>
    public static Contest Create(Case one)
    {
        SetThreads(one);
        return new Contest(one, one.Mode == Mode.Text ? Text(one) : Layers(one));
    }

    /// <summary>To be called where another thread than the one that made it goes on.</summary>
    public void Enter() => SetThreads(Case);

    public void Dispose()
    {
        foreach (IContestant contestant in Contestants)
        {
            contestant.Dispose();
        }
    }

    private static void SetThreads(Case one)
    {
        if (PeerStatus.Has(Library.TorchSharp))
        {
            TorchSharpLibrary.UseThreads(one.Threads);
        }
    }

    private static IContestant[] Layers(Case one)
    {
        Problem problem = new(one.Shape);
        List<IContestant> contestants = [Ours(one, problem)];
        if (PeerStatus.Has(Library.TorchSharp))
        {
            contestants.Add(TorchSharpLibrary.Create(one, problem));
        }

        if (PeerStatus.Has(Library.OnnxRuntime) && one.Mode != Mode.Train)
        {
            contestants.Add(one.Mode == Mode.Forward
                ? new OnnxForward(problem, one.Threads)
                : new OnnxStream(problem, one.Threads));
        }

        return [.. contestants];
    }

    private static IContestant Ours(Case one, Problem problem) => one.Mode switch
    {
        Mode.Forward => new NativeRnnForward(problem, one.Threads),
        Mode.Train => new NativeRnnTrain(problem, one.Threads),
        _ => new NativeRnnStream(problem, one.Storage),
    };

    private static IContestant[] Text(Case one)
    {
        CharacterBatches text = new(one.Shape);
        NativeRnnText ours = new(one, text);
        return PeerStatus.Has(Library.TorchSharp)
            ? [ours, TorchSharpLibrary.Create(one, text, ours.Weights())]
            : [ours];
    }
}
