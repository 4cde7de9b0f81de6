namespace NativeRnn.Data;

/// <summary>Sound of one channel.</summary>
/// <param name="Samples">Amplitudes; full scale is -1 to 1.</param>
/// <param name="SampleRate">Samples of a second, in hertz.</param>
public sealed record Waveform(float[] Samples, int SampleRate)
{
    // Zero crossings of the sinc on each side, and the share of the lower Nyquist frequency that is kept whole.
    private const int Crossings = 16;
    private const double Kept = 0.94;

    /// <summary>How long it is.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds((double)Samples.Length / SampleRate);

    /// <summary>
    /// The same sound at another rate: a low-pass filter at the lower of the two Nyquist frequencies (a sinc under a
    /// Hann window, 16 zero crossings to each side), evaluated where the new samples lie.
    /// </summary>
    /// <param name="sampleRate">Samples of a second, at least 1.</param>
    /// <returns>This one if it has that rate already.</returns>
    public Waveform Resample(int sampleRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        if (sampleRate == SampleRate)
        {
            return this;
        }

        double step = (double)SampleRate / sampleRate;
        float[] samples = new float[checked((int)Math.Ceiling(Samples.Length / step))];
        for (int index = 0; index < samples.Length; index++)
        {
            samples[index] = At(index * step, Kept * Math.Min(1, 1 / step));
        }

        return new Waveform(samples, sampleRate);
    }

    /// <summary>Sounds one after the other.</summary>
    /// <param name="parts">At least one, all of one rate.</param>
    /// <exception cref="ArgumentException">There are none, or their rates differ.</exception>
    public static Waveform Concat(params IReadOnlyList<Waveform> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
        {
            throw new ArgumentException("there must be at least one part", nameof(parts));
        }

        int rate = parts[0].SampleRate;
        foreach (Waveform part in parts)
        {
            if (part.SampleRate != rate)
            {
                throw new ArgumentException(
                    $"a part has {part.SampleRate} samples a second, the first {rate}: resample one of them", nameof(parts));
            }
        }

        return new Waveform([.. parts.SelectMany(part => part.Samples)], rate);
    }

    // The filtered sound at a place between samples; cutoff: of the filter, 1 is half of the sample rate.
    private float At(double place, double cutoff)
    {
        double reach = Crossings / cutoff;
        int first = Math.Max(0, (int)Math.Ceiling(place - reach));
        int last = Math.Min(Samples.Length - 1, (int)Math.Floor(place + reach));
        double sum = 0;
        for (int index = first; index <= last; index++)
        {
            double distance = index - place;
            double x = Math.PI * cutoff * distance;
            double sinc = x == 0 ? 1 : Math.Sin(x) / x;
            sum += Samples[index] * cutoff * sinc * (0.5 + (0.5 * Math.Cos(Math.PI * distance / reach)));
        }

        return (float)sum;
    }
}
