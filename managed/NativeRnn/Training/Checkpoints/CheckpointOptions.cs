namespace NativeRnn.Training;

/// <summary>
/// Where and how often a run of <c>Fit</c> is saved, to be resumed. The file holds the weights, the
/// optimiser's state, the state of random numbers, the epoch and the position in it, the losses and
/// metrics so far and the callbacks' states: a run that is killed at any moment and started again, with
/// the same data, model, optimiser and options, ends with the same bits as one that never stopped.
/// </summary>
/// <example>
/// <code>
/// FitOptions options = new() { Checkpoint = new CheckpointOptions("run1", everySeconds: 60) };
/// model.Fit(data, epochs: 100, options: options); // start the program again after a crash
/// </code>
/// </example>
public sealed record CheckpointOptions
{
    /// <summary>The name of the file in the directory.</summary>
    public const string FileName = "training.checkpoint.safetensors";

    /// <summary>Saves at the end of each epoch, when a run is cancelled, and meanwhile as asked for.</summary>
    /// <param name="directory">For this run alone; it is made.</param>
    /// <param name="everyBatches">Also after so many batches; 0: not.</param>
    /// <param name="everySeconds">Also after so many seconds; 0: not.</param>
    /// <param name="resume">
    /// Whether the run goes on from the directory's checkpoint, if there is one; false: it starts anew
    /// and writes over it.
    /// </param>
    public CheckpointOptions(
        string directory, int everyBatches = 0, double everySeconds = 0, bool resume = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentOutOfRangeException.ThrowIfNegative(everyBatches);
        if (!(everySeconds >= 0) || double.IsInfinity(everySeconds))
        {
            throw new ArgumentOutOfRangeException(
                nameof(everySeconds), everySeconds, "everySeconds must be at least 0 and finite");
        }

        (Directory, EveryBatches, EverySeconds, Resume) =
            (directory, everyBatches, everySeconds, resume);
    }

    /// <summary>Where the file is.</summary>
    public string Directory { get; }

    /// <summary>After how many batches it is saved; 0: at the ends of epochs.</summary>
    public int EveryBatches { get; }

    /// <summary>After how many seconds it is saved; 0: at the ends of epochs.</summary>
    public double EverySeconds { get; }

    /// <summary>Whether the run goes on from what is there.</summary>
    public bool Resume { get; }

    /// <summary>The file.</summary>
    public string FilePath => Path.Combine(Directory, FileName);
}
