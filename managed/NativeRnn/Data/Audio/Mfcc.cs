using System.Numerics.Tensors;

namespace NativeRnn.Data;

/// <summary>
/// Mel-frequency cepstral coefficients (Davis and Mermelstein 1980): the orthonormal cosine transform (DCT-II) of the
/// <see cref="LogMelSpectrogram"/>, c[k] = s(k) sqrt(2 / M) sum_m log-mel[m] cos(pi k (m + 1/2) / M) with s(0) = sqrt(1/2), else 1.
/// </summary>
/// <remarks>May be used by several threads at once.</remarks>
public sealed class Mfcc
{
    private readonly float[,] _cosines;

    /// <summary>Prepares the transforms.</summary>
    /// <param name="coefficients">How many are kept, from 0 on; at most the bands.</param>
    /// <param name="options">Of the spectrogram; null: 16 kHz, 40 bands, 25 ms every 10 ms.</param>
    public Mfcc(int coefficients = 13, SpectrumOptions? options = null)
    {
        Spectrogram = new LogMelSpectrogram(options);
        int bands = Spectrogram.FeatureCount;
        if (coefficients < 1 || coefficients > bands)
        {
            throw new ArgumentOutOfRangeException(
                nameof(coefficients), coefficients, $"coefficients must be 1 to {bands}, the mel bands");
        }

        _cosines = new float[coefficients, bands];
        for (int coefficient = 0; coefficient < coefficients; coefficient++)
        {
            double scale = Math.Sqrt((coefficient == 0 ? 1.0 : 2.0) / bands);
            for (int band = 0; band < bands; band++)
            {
                _cosines[coefficient, band] = (float)(scale * Math.Cos(Math.PI * coefficient * (band + 0.5) / bands));
            }
        }
    }

    /// <summary>What comes before the cosine transform.</summary>
    public LogMelSpectrogram Spectrogram { get; }

    /// <summary>Numbers of a frame.</summary>
    public int FeatureCount => _cosines.GetLength(0);

    /// <summary>Computes all frames.</summary>
    /// <param name="sound">At the options' sample rate.</param>
    /// <returns>[T, coefficients].</returns>
    /// <exception cref="ArgumentException">It has another sample rate.</exception>
    public float[,] Transform(Waveform sound)
    {
        float[,] bands = Spectrogram.Transform(sound);
        float[,] result = new float[bands.GetLength(0), FeatureCount];
        for (int frame = 0; frame < result.GetLength(0); frame++)
        {
            for (int coefficient = 0; coefficient < FeatureCount; coefficient++)
            {
                result[frame, coefficient] = TensorPrimitives.Dot(
                    LogMelSpectrogram.Row(_cosines, coefficient), LogMelSpectrogram.Row(bands, frame));
            }
        }

        return result;
    }
}
