using NativeRnn.Data;
using NativeRnn.Training;

/// <summary>
/// Turns sound into a network's input: 40 log-mel energies of 25 ms every 10 ms, all of a recording brought to mean 0
/// and variance 1, and some frames that follow each other put into one step.
/// </summary>
/// <param name="stack">Frames of a step.</param>
/// <param name="threads">That compute those of a data set; null: one for each CPU.</param>
internal sealed class SpeechFeatures(int stack, int? threads = null)
{
    /// <summary>In hertz.</summary>
    public const int SampleRate = 8000;

    /// <summary>Frames of a second.</summary>
    public const int FrameRate = 100;

    private const int Bands = 40;

    // Where batches of about one length are parted.
    private static readonly double[] Seconds = [0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 2.5, 3, 4];

    /// <summary>How sound becomes bands.</summary>
    public LogMelSpectrogram Spectrogram { get; } = new(new SpectrumOptions
    {
        SampleRate = SampleRate, MelBands = Bands, Hop = TimeSpan.FromSeconds(1.0 / FrameRate),
    });

    /// <summary>Numbers of a step.</summary>
    public int Count => Bands * stack;

    /// <summary>How long a step is.</summary>
    public double SecondsPerStep => (double)stack / FrameRate;

    /// <summary>The network's input, [steps, <see cref="Count"/>].</summary>
    public float[,] Of(Waveform sound)
    {
        float[,] frames = Spectrogram.Transform(sound);
        FrameFeatures.NormalizeLevel(frames);
        return FrameFeatures.Stack(frames, stack);
    }

    /// <summary>Strings in batches of about one length.</summary>
    /// <param name="strings">At least one.</param>
    /// <param name="batch">Strings of a batch.</param>
    /// <param name="isSingle">
    /// Whether the target is the string's only label; else all its labels, ended by a negative number.
    /// </param>
    public Dataset ToDataset(IReadOnlyList<SpokenString> strings, int batch, bool isSingle = false) => Dataset
        .FromSamples([.. strings.AsParallel().AsOrdered()
            .WithDegreeOfParallelism(Math.Clamp(threads ?? Environment.ProcessorCount, 1, 64))
            .Select(spoken => new Sample(Of(spoken.Sound), isSingle ? spoken.Labels[0] : spoken.Labels))])
        .BucketByLength([.. Seconds.Select(bound => (int)(bound / SecondsPerStep))])
        .Batch(batch).Pad(target: -1);
}
