using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace NativeRnn.Data;

/// <summary>
/// Logarithms of the energy in bands of the mel scale (Davis and Mermelstein 1980), the usual input of speech
/// recognisers. Frame t: x = pre-emphasised samples [t hop, t hop + window) under a periodic Hann window;
/// P[k] = |sum_n x[n] exp(-2 pi i k n / N)|^2, N the next power of two; log(max(sum_k filter[m,k] P[k], floor)). Filter m
/// is a triangle from band edge m over m + 1, where it is 1, to m + 2; edges are evenly spaced in
/// mel(f) = 2595 log10(1 + f / 700).
/// </summary>
/// <remarks>May be used by several threads at once.</remarks>
public sealed class LogMelSpectrogram
{
    // Rows of the transform under the window, cosines then sines: [N/2 + 1, window] each. The transform is a product
    // with a matrix: at 8 kHz, a frame is 2 x 129 x 200 products, less than a step of a small LSTM.
    private readonly float[,] _cosines;
    private readonly float[,] _sines;
    private readonly float[,] _filters;

    /// <summary>Prepares windows and filters.</summary>
    /// <param name="options">Null: 16 kHz, 40 bands, 25 ms every 10 ms.</param>
    public LogMelSpectrogram(SpectrumOptions? options = null)
    {
        Options = (options ?? new SpectrumOptions()).Checked(nameof(options));
        int length = Options.WindowLength;
        int points = 2;
        while (points < length)
        {
            points *= 2;
        }

        (_cosines, _sines) = Waves(length, points);
        _filters = MelFilters(points);
    }

    /// <summary>As it was made.</summary>
    public SpectrumOptions Options { get; }

    /// <summary>Numbers of a frame.</summary>
    public int FeatureCount => Options.MelBands;

    /// <summary>How many whole frames so many samples have: at least 1, since shorter sound is filled up with zeros.
    /// </summary>
    /// <param name="samples">0 or more.</param>
    public int FrameCount(int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        return 1 + (Math.Max(0, samples - Options.WindowLength) / Options.HopLength);
    }

    /// <summary>Computes all frames.</summary>
    /// <param name="sound">At the options' sample rate.</param>
    /// <returns>[T, bands].</returns>
    /// <exception cref="ArgumentException">It has another sample rate.</exception>
    public float[,] Transform(Waveform sound)
    {
        ArgumentNullException.ThrowIfNull(sound);
        if (sound.SampleRate != Options.SampleRate)
        {
            throw new ArgumentException(
                $"the sound has {sound.SampleRate} samples a second, the spectrogram {Options.SampleRate}: call " +
                "sound.Resample first", nameof(sound));
        }

        return Transform(sound.Samples);
    }

    /// <summary>Computes all frames.</summary>
    /// <param name="samples">At the options' sample rate.</param>
    /// <returns>[T, bands].</returns>
    public float[,] Transform(ReadOnlySpan<float> samples)
    {
        float[] filtered = PreEmphasised(samples);
        float[,] bands = new float[FrameCount(samples.Length), Options.MelBands];
        float[] power = new float[_cosines.GetLength(0)];
        for (int frame = 0; frame < bands.GetLength(0); frame++)
        {
            Power(filtered.AsSpan(frame * Options.HopLength, Options.WindowLength), power);
            for (int band = 0; band < Options.MelBands; band++)
            {
                double energy = TensorPrimitives.Dot(Row(_filters, band), power);
                bands[frame, band] = (float)Math.Log(Math.Max(energy, Options.Floor));
            }
        }

        return bands;
    }

    /// <summary>The frequency that a band is about: where its filter is 1, in hertz.</summary>
    /// <param name="band">0 to <see cref="FeatureCount"/> - 1.</param>
    public double FrequencyOf(int band)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(band);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(band, Options.MelBands);
        return EdgeFrequency(band + 1);
    }

    internal static ReadOnlySpan<float> Row(float[,] matrix, int row) =>
        MemoryMarshal.CreateReadOnlySpan(ref matrix[row, 0], matrix.GetLength(1));

    private static (float[,] Cosines, float[,] Sines) Waves(int length, int points)
    {
        float[,] cosines = new float[(points / 2) + 1, length];
        float[,] sines = new float[(points / 2) + 1, length];
        for (int sample = 0; sample < length; sample++)
        {
            double window = 0.5 - (0.5 * Math.Cos(2 * Math.PI * sample / length));
            for (int bin = 0; bin <= points / 2; bin++)
            {
                // Of a whole number of turns nothing is left; the rest keeps its digits.
                (double sine, double cosine) = Math.SinCos(2 * Math.PI * ((long)bin * sample % points) / points);
                cosines[bin, sample] = (float)(window * cosine);
                sines[bin, sample] = (float)(window * sine);
            }
        }

        return (cosines, sines);
    }

    private static double Mel(double frequency) => 2595 * Math.Log10(1 + (frequency / 700));

    private float[,] MelFilters(int points)
    {
        float[,] filters = new float[Options.MelBands, (points / 2) + 1];
        for (int band = 0; band < Options.MelBands; band++)
        {
            double from = EdgeFrequency(band);
            double top = EdgeFrequency(band + 1);
            double to = EdgeFrequency(band + 2);
            for (int bin = 0; bin <= points / 2; bin++)
            {
                double frequency = (double)bin * Options.SampleRate / points;
                double weight = Math.Min((frequency - from) / (top - from), (to - frequency) / (to - top));
                filters[band, bin] = (float)Math.Max(0, weight);
            }
        }

        return filters;
    }

    private double EdgeFrequency(int edge)
    {
        double low = Mel(Options.LowestFrequency);
        double step = (Mel(Options.Highest) - low) / (Options.MelBands + 1);
        return 700 * (Math.Pow(10, (low + (edge * step)) / 2595) - 1);
    }

    // With zeros behind, as many as the first frame needs.
    private float[] PreEmphasised(ReadOnlySpan<float> samples)
    {
        float factor = (float)Options.PreEmphasis;
        float[] filtered = new float[Math.Max(samples.Length, Options.WindowLength)];
        for (int index = 0; index < samples.Length; index++)
        {
            filtered[index] = index == 0 ? samples[0] : samples[index] - (factor * samples[index - 1]);
        }

        return filtered;
    }

    private void Power(ReadOnlySpan<float> frame, float[] power)
    {
        for (int bin = 0; bin < power.Length; bin++)
        {
            float real = TensorPrimitives.Dot(Row(_cosines, bin), frame);
            float imaginary = TensorPrimitives.Dot(Row(_sines, bin), frame);
            power[bin] = (real * real) + (imaginary * imaginary);
        }
    }
}
