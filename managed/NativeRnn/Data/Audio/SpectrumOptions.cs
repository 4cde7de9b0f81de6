namespace NativeRnn.Data;

/// <summary>How sound is cut into frames, and frequencies into bands. The defaults suit speech.</summary>
public sealed record SpectrumOptions
{
    /// <summary>Samples of a second that the sound has, in hertz.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>How long a frame is.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>From the start of a frame to that of the next.</summary>
    public TimeSpan Hop { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Bands, evenly spaced on the mel scale.</summary>
    public int MelBands { get; init; } = 40;

    /// <summary>Where the lowest band starts, in hertz.</summary>
    public double LowestFrequency { get; init; } = 20;

    /// <summary>Where the highest band ends, in hertz; null: at half of the sample rate.</summary>
    public double? HighestFrequency { get; init; }

    /// <summary>The high-pass filter y[t] = x[t] - PreEmphasis x[t-1] before all else, in [0, 1); 0: none.</summary>
    public double PreEmphasis { get; init; } = 0.97;

    /// <summary>The least energy of a band, so that silence has a logarithm.</summary>
    public double Floor { get; init; } = 1e-10;

    internal int WindowLength => (int)Math.Round(Window.TotalSeconds * SampleRate);

    internal int HopLength => (int)Math.Round(Hop.TotalSeconds * SampleRate);

    internal double Highest => HighestFrequency ?? (SampleRate / 2.0);

    /// <summary>Throws for a value that is out of range.</summary>
    internal SpectrumOptions Checked(string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SampleRate, 1, $"{name}.{nameof(SampleRate)}");
        Require(WindowLength >= 2, nameof(Window), Window, "must have at least 2 samples");
        Require(WindowLength <= 65536, nameof(Window), Window, "must have at most 65536 samples");
        Require(HopLength >= 1, nameof(Hop), Hop, "must have at least 1 sample");
        Require(MelBands is >= 1 and <= 1024, nameof(MelBands), MelBands, "must be 1 to 1024");
        Require(
            LowestFrequency >= 0 && LowestFrequency < Highest, nameof(LowestFrequency), LowestFrequency,
            $"must be 0 or more and below the highest, {Highest} Hz");
        Require(
            Highest <= SampleRate / 2.0, nameof(HighestFrequency), Highest,
            $"must be at most half of the sample rate, {SampleRate / 2.0} Hz");
        Require(PreEmphasis is >= 0 and < 1, nameof(PreEmphasis), PreEmphasis, "must be in [0, 1)");
        Require(Floor > 0 && double.IsFinite(Floor), nameof(Floor), Floor, "must be above 0 and finite");
        return this;

        void Require(bool right, string property, object value, string text)
        {
            if (!right)
            {
                throw new ArgumentOutOfRangeException($"{name}.{property}", value, $"{name}.{property} {text}");
            }
        }
    }
}
