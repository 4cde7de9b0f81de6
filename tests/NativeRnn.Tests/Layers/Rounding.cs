namespace NativeRnn.Tests.Layers;

/// <summary>How far float results may lie from a reference in double.</summary>
internal static class Rounding
{
    // As tests/native/numbers.h: room for terms of unequal size and the functions (2 ulp) applied
    // to them.
    private const double Room = 4;

    // The usual size of a sum over numbers in [-1, 1): a short array may hold nothing but sums that
    // cancelled.
    private const double UsualSize = 0.1;
    private const int ShortArray = 16;

    private const double Epsilon = 1.0 / (1 << 23);
    private const double SmallestNormal = 1.1754943508222875e-38;

    /// <summary>
    /// The relative error of a sum of so many products: independent roundings add up like
    /// sqrt(terms). A sum may cancel, so its error is as large as the largest result of the array:
    /// the absolute part is the relative one times that.
    /// </summary>
    public static (double Absolute, double Relative) OfSums(double terms, double[] wanted)
    {
        double largest = wanted.Length < ShortArray ? UsualSize : 0;
        foreach (double value in wanted)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        double relative = Room * Math.Sqrt(Math.Max(terms, 1)) * Epsilon;
        return ((relative * largest) + SmallestNormal, relative);
    }

    /// <summary>The first element that is farther off than sums of so many products are.</summary>
    /// <returns>What is wrong; null: nothing.</returns>
    public static string? FirstFar(double terms, double[] wanted, IReadOnlyList<double> got)
    {
        if (got.Count != wanted.Length)
        {
            return $"{got.Count} elements, should be {wanted.Length}";
        }

        (double absolute, double relative) = OfSums(terms, wanted);
        for (int index = 0; index < wanted.Length; index++)
        {
            double allowed = absolute + (relative * Math.Abs(wanted[index]));
            double off = Math.Abs(got[index] - wanted[index]);
            if (!(off <= allowed))
            {
                return FormattableString.Invariant(
                    $"element {index} of {wanted.Length} is {got[index]}, should be {wanted[index]}: off by {off:g3}, allowed {allowed:g3}");
            }
        }

        return null;
    }
}
