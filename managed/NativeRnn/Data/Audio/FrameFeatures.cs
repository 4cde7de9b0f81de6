using System.Runtime.InteropServices;

namespace NativeRnn.Data;

/// <summary>What is done to a sequence of feature frames, [T,F], before a network sees it.</summary>
public static class FrameFeatures
{
    /// <summary>
    /// Brings each feature of one recording to mean 0 and variance 1 over time (cepstral mean and variance
    /// normalisation): a speaker's voice and a microphone shift and scale them.
    /// </summary>
    /// <param name="frames">[T,F], changed in place; at least one frame.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    public static void Normalize(float[,] frames, double epsilon = 1e-5)
    {
        RequireFrames(frames);
        RequireEpsilon(epsilon);
        (int count, int features) = (frames.GetLength(0), frames.GetLength(1));
        for (int feature = 0; feature < features; feature++)
        {
            double mean = 0;
            for (int frame = 0; frame < count; frame++)
            {
                mean += frames[frame, feature] / (double)count;
            }

            double variance = 0;
            for (int frame = 0; frame < count; frame++)
            {
                double distance = frames[frame, feature] - mean;
                variance += distance * distance / count;
            }

            double scale = 1 / Math.Sqrt(variance + epsilon);
            for (int frame = 0; frame < count; frame++)
            {
                frames[frame, feature] = (float)((frames[frame, feature] - mean) * scale);
            }
        }
    }

    /// <summary>
    /// Brings all numbers of one recording together to mean 0 and variance 1. Of log-mel energies this takes the
    /// loudness away, as of a microphone that is further off, and keeps which bands are the loud ones; a short recording
    /// of one word needs these, and <see cref="Normalize"/> would take them away.
    /// </summary>
    /// <param name="frames">[T,F], changed in place; at least one frame.</param>
    /// <param name="epsilon">Added to the variance, above 0.</param>
    public static void NormalizeLevel(float[,] frames, double epsilon = 1e-5)
    {
        RequireFrames(frames);
        RequireEpsilon(epsilon);
        Span<float> all = MemoryMarshal.CreateSpan(ref frames[0, 0], frames.Length);
        double mean = 0;
        foreach (float value in all)
        {
            mean += value / (double)all.Length;
        }

        double variance = 0;
        foreach (float value in all)
        {
            variance += (value - mean) * (value - mean) / all.Length;
        }

        double scale = 1 / Math.Sqrt(variance + epsilon);
        foreach (ref float value in all)
        {
            value = (float)((value - mean) * scale);
        }
    }

    /// <summary>
    /// Puts frames that follow each other into one: a network then has so many times fewer steps. The last frame is
    /// repeated where it is needed.
    /// </summary>
    /// <param name="frames">[T,F].</param>
    /// <param name="count">Frames of a step, at least 1.</param>
    /// <returns>[ceil(T / count), count F].</returns>
    public static float[,] Stack(float[,] frames, int count)
    {
        RequireFrames(frames);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        (int last, int features) = (frames.GetLength(0) - 1, frames.GetLength(1));
        float[,] result = new float[(last / count) + 1, count * features];
        for (int step = 0; step < result.GetLength(0); step++)
        {
            for (int part = 0; part < count; part++)
            {
                for (int feature = 0; feature < features; feature++)
                {
                    result[step, (part * features) + feature] =
                        frames[Math.Min((step * count) + part, last), feature];
                }
            }
        }

        return result;
    }

    /// <summary>
    /// Appends each feature's slope over time (Furui 1986): d[t] = sum_n n (c[t+n] - c[t-n]) / (2 sum_n n^2), n from 1 to
    /// reach; before the first frame and after the last, these two are repeated.
    /// </summary>
    /// <param name="frames">[T,F].</param>
    /// <param name="reach">Frames to each side, at least 1.</param>
    /// <returns>[T,2F].</returns>
    public static float[,] WithDeltas(float[,] frames, int reach = 2)
    {
        RequireFrames(frames);
        ArgumentOutOfRangeException.ThrowIfLessThan(reach, 1);
        (int count, int features) = (frames.GetLength(0), frames.GetLength(1));
        double divisor = 2 * Enumerable.Range(1, reach).Sum(n => (double)n * n);
        float[,] result = new float[count, 2 * features];
        for (int frame = 0; frame < count; frame++)
        {
            for (int feature = 0; feature < features; feature++)
            {
                double slope = 0;
                for (int n = 1; n <= reach; n++)
                {
                    slope += n * ((double)frames[Math.Min(frame + n, count - 1), feature]
                        - frames[Math.Max(frame - n, 0), feature]);
                }

                result[frame, feature] = frames[frame, feature];
                result[frame, features + feature] = (float)(slope / divisor);
            }
        }

        return result;
    }

    private static void RequireEpsilon(double epsilon)
    {
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "epsilon must be above 0 and finite");
        }
    }

    private static void RequireFrames(float[,] frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Length == 0)
        {
            throw new ArgumentException(
                $"frames must not be empty, they are [{frames.GetLength(0)}, {frames.GetLength(1)}]", nameof(frames));
        }
    }
}
