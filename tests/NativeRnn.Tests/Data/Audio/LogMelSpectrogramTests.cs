using NativeRnn.Data;

namespace NativeRnn.Tests.Data.Audio;

public sealed class LogMelSpectrogramTests
{
    private static readonly SpectrumOptions[] Settings =
    [
        new() { SampleRate = 8000 },
        new(),
        new() { SampleRate = 8000, MelBands = 23, PreEmphasis = 0, LowestFrequency = 0, HighestFrequency = 3700 },
        new() { SampleRate = 22050, Window = TimeSpan.FromMilliseconds(32), Hop = TimeSpan.FromMilliseconds(7), MelBands = 80 },
    ];

    public static TheoryData<int> SettingNumbers() => [.. Enumerable.Range(0, Settings.Length)];

    [Theory]
    [MemberData(nameof(SettingNumbers))]
    public void Transform_IsTheDefinition(int number)
    {
        SpectrumOptions options = Settings[number];
        Random random = new(number);
        float[] samples = [.. Enumerable.Range(0, options.SampleRate / 5).Select(
            t => (float)(Math.Sin(t * 0.3) + (0.1 * random.NextDouble())))];

        float[,] got = new LogMelSpectrogram(options).Transform(new Waveform(samples, options.SampleRate));

        double[,] wanted = Definition(samples, options);
        Assert.Equal(wanted.GetLength(0), got.GetLength(0));
        Assert.Equal(options.MelBands, got.GetLength(1));
        for (int frame = 0; frame < got.GetLength(0); frame++)
        {
            for (int band = 0; band < options.MelBands; band++)
            {
                // Sums of up to 1024 products in float32, of numbers whose squares span six decades, under a logarithm.
                Assert.Equal(wanted[frame, band], got[frame, band], 2e-3);
            }
        }
    }

    [Fact]
    public void Transform_ShortSoundAndSilence_GiveOneFrameAndTheFloor()
    {
        SpectrumOptions options = new() { Floor = 1e-8 };
        LogMelSpectrogram spectrogram = new(options);

        float[,] nothing = spectrogram.Transform([]);

        Assert.Equal(1, nothing.GetLength(0));
        Assert.All(nothing.Cast<float>(), value => Assert.Equal(Math.Log(1e-8), value, 1e-5));
        Assert.Equal(1, spectrogram.Transform(new float[7]).GetLength(0));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(399, 1)]
    [InlineData(400, 1)]
    [InlineData(559, 1)]
    [InlineData(560, 2)]
    [InlineData(16000, 98)]
    public void FrameCount_CountsWholeFrames(int samples, int frames) =>
        Assert.Equal(frames, new LogMelSpectrogram().FrameCount(samples));

    [Fact]
    public void FrequencyOf_IsWhereATonesBandIs()
    {
        LogMelSpectrogram spectrogram = new(new SpectrumOptions { SampleRate = 8000, PreEmphasis = 0 });
        foreach (int band in new[] { 10, 20, 39 })
        {
            double turns = 2 * Math.PI * spectrogram.FrequencyOf(band) / 8000;
            float[,] bands = spectrogram.Transform([.. Enumerable.Range(0, 200).Select(t => (float)Math.Sin(t * turns))]);

            int loudest = Enumerable.Range(0, 40).MaxBy(other => bands[0, other]);
            Assert.Equal(band, loudest);
        }
    }

    [Fact]
    public void Mfcc_IsTheCosineTransform()
    {
        SpectrumOptions options = new() { SampleRate = 8000, MelBands = 26 };
        Waveform sound = new([.. Enumerable.Range(0, 900).Select(t => MathF.Sin(t * t * 1e-4f))], 8000);
        float[,] bands = new LogMelSpectrogram(options).Transform(sound);

        float[,] got = new Mfcc(12, options).Transform(sound);

        Assert.Equal((bands.GetLength(0), 12), (got.GetLength(0), got.GetLength(1)));
        for (int frame = 0; frame < got.GetLength(0); frame++)
        {
            for (int k = 0; k < 12; k++)
            {
                double sum = Enumerable.Range(0, 26).Sum(
                    m => bands[frame, m] * Math.Cos(Math.PI * k * (m + 0.5) / 26));
                Assert.Equal(sum * Math.Sqrt((k == 0 ? 1 : 2) / 26.0), got[frame, k], 1e-4);
            }
        }
    }

    [Fact]
    public void Normalize_GivesMeanZeroAndVarianceOne()
    {
        float[,] frames = { { 1, 5 }, { 2, 5 }, { 3, 5 }, { 6, 5 } };

        FrameFeatures.Normalize(frames, 1e-12);

        double scale = Math.Sqrt(3.5);
        Assert.Equal([-2 / scale, 0, -1 / scale, 0, 0, 0, 3 / scale, 0], frames.Cast<float>().Select(v => (double)v), Near);
    }

    [Fact]
    public void NormalizeLevel_KeepsWhichAreLoud()
    {
        float[,] frames = { { 1, 5 }, { 2, 8 } };

        FrameFeatures.NormalizeLevel(frames, 1e-12);

        double scale = Math.Sqrt(7.5);
        Assert.Equal([-3 / scale, 1 / scale, -2 / scale, 4 / scale], frames.Cast<float>().Select(v => (double)v), Near);
    }

    [Fact]
    public void NormalizeLevel_TakesTheLoudnessAway()
    {
        SpectrumOptions options = new() { SampleRate = 8000 };
        float[] samples = [.. Enumerable.Range(0, 1600).Select(t => MathF.Sin(t * 0.3f) + (0.1f * MathF.Sin(t * t)))];

        float[,] loud = new LogMelSpectrogram(options).Transform(samples);
        float[,] soft = new LogMelSpectrogram(options).Transform([.. samples.Select(sample => 0.25f * sample)]);
        FrameFeatures.NormalizeLevel(loud);
        FrameFeatures.NormalizeLevel(soft);

        Assert.Equal(loud.Cast<float>(), soft.Cast<float>(), (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void Stack_PutsFramesIntoOne_AndRepeatsTheLast()
    {
        float[,] frames = { { 1, 2 }, { 3, 4 }, { 5, 6 } };

        Assert.Equal(frames, FrameFeatures.Stack(frames, 1));
        Assert.Equal(new float[,] { { 1, 2, 3, 4 }, { 5, 6, 5, 6 } }, FrameFeatures.Stack(frames, 2));
        Assert.Equal(new float[,] { { 1, 2, 3, 4, 5, 6 } }, FrameFeatures.Stack(frames, 3));
        Assert.Equal(new float[,] { { 1, 2, 3, 4, 5, 6, 5, 6 } }, FrameFeatures.Stack(frames, 4));
    }

    [Fact]
    public void WithDeltas_AppendsSlopes()
    {
        float[,] frames = { { 0 }, { 1 }, { 2 }, { 3 }, { 4 } };

        float[,] got = FrameFeatures.WithDeltas(frames);

        // (1 (1-0) + 2 (2-0)) / 10 at the ends, 1 in the middle.
        Assert.Equal([0, 0.5, 1, 0.8, 2, 1, 3, 0.8, 4, 0.5], got.Cast<float>().Select(v => (double)v), Near);
    }

    [Fact]
    public void WrongCalls_NameWhatIsWrong()
    {
        Check("options.SampleRate", () => new LogMelSpectrogram(new() { SampleRate = 0 }));
        Check("options.Window", () => new LogMelSpectrogram(new() { Window = TimeSpan.Zero }));
        Check("options.Hop", () => new LogMelSpectrogram(new() { Hop = TimeSpan.Zero }));
        Check("options.MelBands", () => new LogMelSpectrogram(new() { MelBands = 0 }));
        Check("options.LowestFrequency", () => new LogMelSpectrogram(new() { LowestFrequency = 9000 }));
        Check("options.HighestFrequency", () => new LogMelSpectrogram(new() { HighestFrequency = 9000 }));
        Check("options.PreEmphasis", () => new LogMelSpectrogram(new() { PreEmphasis = 1 }));
        Check("options.Floor", () => new LogMelSpectrogram(new() { Floor = 0 }));
        Check("band", () => new LogMelSpectrogram().FrequencyOf(40));
        Check("coefficients", () => new Mfcc(41));
        Check("sound", () => new LogMelSpectrogram().Transform(new Waveform(new float[800], 8000)));
        Check("frames", () => FrameFeatures.WithDeltas(new float[0, 3]));
        Check("reach", () => FrameFeatures.WithDeltas(new float[1, 3], 0));
        Check("frames", () => FrameFeatures.Stack(new float[2, 0], 1));
        Check("count", () => FrameFeatures.Stack(new float[1, 3], 0));
        Check("sampleRate", () => new Waveform([0], 8000).Resample(0));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => FrameFeatures.Normalize(new float[1, 3], 0));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => FrameFeatures.NormalizeLevel(new float[1, 3], -1));
        Assert.Throws<ArgumentException>("frames", () => FrameFeatures.NormalizeLevel(new float[0, 3]));
    }

    private static bool Near(double wanted, double got) => Math.Abs(wanted - got) <= 1e-5;

    private static void Check(string argument, Func<object?> call)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Equal(argument, error.ParamName);
    }

    // Straight from the remarks of LogMelSpectrogram, in double.
    private static double[,] Definition(float[] samples, SpectrumOptions options)
    {
        int length = (int)Math.Round(options.Window.TotalSeconds * options.SampleRate);
        int hop = (int)Math.Round(options.Hop.TotalSeconds * options.SampleRate);
        int points = (int)Math.Pow(2, Math.Ceiling(Math.Log2(length)));
        double highest = options.HighestFrequency ?? (options.SampleRate / 2.0);
        double[] edges = [.. Enumerable.Range(0, options.MelBands + 2).Select(edge => Hertz(
            Mel(options.LowestFrequency)
            + (edge * (Mel(highest) - Mel(options.LowestFrequency)) / (options.MelBands + 1))))];
        double[,] result = new double[1 + ((samples.Length - length) / hop), options.MelBands];
        for (int frame = 0; frame < result.GetLength(0); frame++)
        {
            double[] windowed = [.. Enumerable.Range(0, length).Select(n =>
                (0.5 - (0.5 * Math.Cos(2 * Math.PI * n / length))) * Emphasised((frame * hop) + n))];
            double[] power = [.. Enumerable.Range(0, (points / 2) + 1).Select(k => Power(windowed, k, points))];
            for (int band = 0; band < options.MelBands; band++)
            {
                double energy = Enumerable.Range(0, power.Length).Sum(k =>
                    power[k] * Triangle((double)k * options.SampleRate / points, edges.AsSpan(band, 3)));
                result[frame, band] = Math.Log(Math.Max(energy, options.Floor));
            }
        }

        return result;

        double Emphasised(int t) => samples[t] - (t == 0 ? 0 : options.PreEmphasis * samples[t - 1]);
    }

    private static double Power(double[] windowed, int bin, int points)
    {
        (double real, double imaginary) = (0, 0);
        for (int n = 0; n < windowed.Length; n++)
        {
            real += windowed[n] * Math.Cos(2 * Math.PI * bin * n / points);
            imaginary -= windowed[n] * Math.Sin(2 * Math.PI * bin * n / points);
        }

        return (real * real) + (imaginary * imaginary);
    }

    private static double Triangle(double frequency, ReadOnlySpan<double> edges) =>
        frequency <= edges[0] || frequency >= edges[2] ? 0
        : frequency <= edges[1] ? (frequency - edges[0]) / (edges[1] - edges[0])
        : (edges[2] - frequency) / (edges[2] - edges[1]);

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));

    private static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
}
