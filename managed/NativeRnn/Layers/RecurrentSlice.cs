namespace NativeRnn.Layers;

/// <summary>
/// One layer and direction of a recurrent layer, with copies of its weights, that runs forward in
/// time on [T,B,..].
/// </summary>
internal sealed class RecurrentSlice : RecurrentLayer
{
    private RecurrentSlice(RecurrentSettings settings, int inputSize, long seed, Device device)
        : base(settings, inputSize, seed, device)
    {
    }

    /// <param name="whole">A built layer.</param>
    /// <param name="layer">Which of its layers, from 0.</param>
    /// <param name="direction">0: forward, 1: backward in time.</param>
    /// <param name="inputSize">What comes in at each step.</param>
    /// <param name="device">The layer's.</param>
    internal static RecurrentSlice Of(
        RecurrentLayer whole, int layer, int direction, int inputSize, Device device)
    {
        RecurrentSettings settings = whole.Settings with
        {
            NumLayers = 1,
            Bidirectional = false,
            BatchFirst = false,
            Dropout = 0,
            ReturnSequences = true,
            Options = whole.Settings.Options with
            {
                GoBackwards = false,
                Stateful = false,
                LearnedInitialState = false,
                ReturnState = false,
                MergeMode = MergeMode.Concat,
                CheckpointSteps = null,
            },
        };
        RecurrentSlice slice = new(settings, inputSize, seed: 0, device);
        slice.SetTraining(whole.Training);
        string suffix = $"_l{layer}{(direction == 0 ? string.Empty : "_reverse")}";
        slice.LoadStateDict(whole.StateDict()
            .Where(entry => entry.Key.EndsWith(suffix, StringComparison.Ordinal))
            .ToDictionary(entry => $"{entry.Key[..^suffix.Length]}_l0", entry => entry.Value));
        return slice;
    }

    internal override RecurrentLayer Twin(long seed) =>
        new RecurrentSlice(Settings, InputSize, seed, BuiltOn!);
}
