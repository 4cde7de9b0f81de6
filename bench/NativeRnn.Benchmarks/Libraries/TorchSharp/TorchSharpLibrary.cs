using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>Makes TorchSharp's part in a case.</summary>
internal static class TorchSharpLibrary
{
    /// <summary>To be called on the thread that will run the case: LibTorch's OpenMP counts by thread.</summary>
    public static void UseThreads(int count) => set_num_threads(count);

    public static IContestant Create(Case one, Problem problem) => one.Mode switch
    {
        Mode.Forward => new TorchSharpForward(problem),
        Mode.Train => new TorchSharpTrain(problem),
        _ => new TorchSharpStream(problem),
    };

    public static IContestant Create(
        Case one, CharacterBatches text, IReadOnlyDictionary<string, float[]> weights) =>
        new TorchSharpText(one, text, weights);
}
