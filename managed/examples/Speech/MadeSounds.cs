using NativeRnn.Data;

/// <summary>
/// Sounds that are computed, for ten made-up words of three made-up speakers: pulses of a voice and noise, through
/// resonances that move from sound to sound, as a vocal tract's do. They are no speech of anybody.
/// </summary>
internal static class MadeSounds
{
    private const int Rate = SpeechFeatures.SampleRate;

    // Seconds over which the resonances follow, and over which a word begins and ends.
    private const double Glide = 0.015;
    private const double Fade = 0.05;

    private static readonly string[] Words = ["sau", "ihi", "usu", "ha", "is", "ahu", "si", "uha", "aia", "sus"];

    // Pitch in hertz, and by how much the resonances lie higher.
    private static readonly (string Name, double Pitch, double Scale)[] Speakers =
        [("low", 105, 0.95), ("middle", 150, 1.03), ("high", 205, 1.12)];

    private static readonly double[] Widths = [80, 110, 160];

    /// <summary>Makes recordings of all words by all speakers.</summary>
    /// <param name="each">Of a word by a speaker; they differ in pitch, speed, resonances, loudness and noise.</param>
    /// <param name="seed">The same seed makes the same ones.</param>
    public static Recording[] Create(int each, long seed)
    {
        Random random = new(unchecked((int)seed));
        List<Recording> recordings = [];
        for (int index = 0; index < each; index++)
        {
            foreach ((string name, double pitch, double scale) in Speakers)
            {
                for (int label = 0; label < Words.Length; label++)
                {
                    Waveform sound = Say(
                        Words[label], Vary(pitch, 0.1, random), Vary(scale, 0.04, random), Vary(0.1, 0.3, random), random);
                    recordings.Add(new Recording(label, name, index, sound));
                }
            }
        }

        return [.. recordings];
    }

    private static Waveform Say(string word, double pitch, double scale, double secondsPerSound, Random random)
    {
        double[] samples = new double[(int)(word.Length * secondsPerSound * Rate)];
        double[] at = [.. Resonances(word[0])];
        double[,] past = new double[at.Length, 2];
        double phase = 0;
        for (int index = 0; index < samples.Length; index++)
        {
            char sound = word[Math.Min(word.Length - 1, (int)(index / (secondsPerSound * Rate)))];
            double[] goal = Resonances(sound);
            phase += pitch / Rate;
            double pulse = phase >= 1 ? Math.Sqrt(Rate / pitch) : 0;
            phase -= Math.Floor(phase);
            double excitation = Noise(sound) is { } loudness ? loudness * Gaussian(random) : pulse;

            for (int pole = 0; pole < at.Length; pole++)
            {
                at[pole] += (goal[pole] - at[pole]) / (Glide * Rate);
                excitation = Resonate(excitation, at[pole] * scale, Widths[pole], past, pole);
            }

            double edge = Math.Min(index, samples.Length - 1 - index) / (Fade * Rate);
            samples[index] = Math.Min(1, edge) * excitation;
        }

        return Finish(samples, random);
    }

    // The resonator y[n] = g x[n] + b y[n-1] + c y[n-2] of a frequency and a bandwidth, with g so that it keeps f = 0.
    private static double Resonate(double x, double frequency, double width, double[,] past, int pole)
    {
        double radius = Math.Exp(-Math.PI * width / Rate);
        double b = 2 * radius * Math.Cos(2 * Math.PI * frequency / Rate);
        double c = -radius * radius;
        double y = ((1 - b - c) * x) + (b * past[pole, 0]) + (c * past[pole, 1]);
        (past[pole, 0], past[pole, 1]) = (y, past[pole, 0]);
        return y;
    }

    // Of some loudness, with noise about 25 dB below it.
    private static Waveform Finish(double[] samples, Random random)
    {
        double level = Math.Sqrt(samples.Average(sample => sample * sample));
        double loudness = Vary(0.1, 0.6, random) / level;
        return new Waveform(
            [.. samples.Select(sample => (float)(loudness * (sample + (0.05 * level * Gaussian(random)))))], Rate);
    }

    // The lowest three, in hertz.
    private static double[] Resonances(char sound) => sound switch
    {
        'a' => [750, 1150, 2500],
        'e' => [500, 1800, 2500],
        'i' => [280, 2250, 3000],
        'o' => [520, 880, 2450],
        'u' => [310, 850, 2250],
        's' => [2300, 2900, 3400],
        _ => [600, 1500, 2500],
    };

    // The loudness of a sound that is noise, no voice.
    private static double? Noise(char sound) => sound switch
    {
        's' => 0.003,
        'h' => 0.4,
        _ => null,
    };

    private static double Vary(double middle, double part, Random random) =>
        middle * (1 + (part * ((2 * random.NextDouble()) - 1)));

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
