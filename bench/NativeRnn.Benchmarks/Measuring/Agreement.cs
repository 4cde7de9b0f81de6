using NativeRnn.Layers;

namespace Benchmarks;

/// <summary>How far the libraries' answers to a case are apart.</summary>
/// <param name="Largest">
/// The largest difference from NativeRnn's answer, relative to the largest number of what it is
/// found in (an output, a gradient, a loss); 0 where there is no peer.
/// </param>
/// <param name="Where">What it is found in.</param>
/// <param name="Holds">Whether all differences are within what rounding explains.</param>
internal sealed record Agreement(double Largest, string Where, bool Holds)
{
    private const string NoPeer = "";

    public static Agreement Of(Contest contest)
    {
        IReadOnlyDictionary<string, float[]>[] results =
            [.. contest.Contestants.Select(contestant => contestant.Results())];
        double worst = 0;
        Agreement agreement = new(0, NoPeer, true);
        for (int peer = 1; peer < results.Length; peer++)
        {
            foreach ((string name, float[] theirs) in results[peer])
            {
                double difference = Difference(results[0][name], theirs);
                double excess = difference / Allowed(contest.Case, name);
                if (excess >= worst || double.IsNaN(excess))
                {
                    worst = double.IsNaN(excess) ? double.PositiveInfinity : excess;
                    string where = $"{name}, {contest.Contestants[peer].Library}";
                    agreement = new(difference, where, worst <= 1);
                }
            }
        }

        return agreement;
    }

    /// <summary>Whether there was another library.</summary>
    public bool Compared => Where != NoPeer;

    public override string ToString() => Compared ? $"{Largest:0.0e+0} ({Where})" : "not compared";

    // float32 sums over up to 2048 terms and 128 steps leave 1e-6 to 1e-5; a gradient adds up
    // all rows and steps. Losses after up to 50 steps of training: as promised to users. What the
    // narrow formats cost is stated and tested in tests/native: less than a third of this.
    private static double Allowed(Case one, string name) => one.Storage switch
    {
        WeightStorage.BFloat16 => 1e-2,
        WeightStorage.Int8 => 2e-2,
        _ => name == "y" ? 1e-5 : 1e-4,
    };

    private static double Difference(float[] ours, float[] theirs)
    {
        if (ours.Length != theirs.Length)
        {
            return double.PositiveInfinity;
        }

        (double largest, double scale) = (0, 0);
        for (int at = 0; at < ours.Length; at++)
        {
            largest = Math.Max(largest, Math.Abs(ours[at] - (double)theirs[at]));
            scale = Math.Max(scale, Math.Abs((double)theirs[at]));
        }

        return largest == 0 ? 0 : largest / scale;
    }
}
