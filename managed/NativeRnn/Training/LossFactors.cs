using System.Buffers;

namespace NativeRnn.Training;

/// <summary>
/// What each loss is multiplied by: its weight, or 0 where it is masked or its target ignored.
/// </summary>
/// <param name="Values">In the shape of the losses.</param>
/// <param name="Count">How many losses are neither masked nor ignored.</param>
/// <param name="Total">The sum of the values.</param>
internal readonly record struct LossFactors(Tensor Values, double Count, double Total)
{
    internal static LossFactors Of(
        Tensor losses, Tensor targets, int? ignored, Tensor? weights, Tensor? mask)
    {
        float[] room = ArrayPool<float>.Shared.Rent((int)losses.Length);
        try
        {
            Span<float> factors = room.AsSpan(0, (int)losses.Length);
            factors.Fill(1);
            if (mask is not null)
            {
                Mask(factors, mask, losses.Shape);
            }

            if (ignored is int target)
            {
                Ignore(factors, targets, target);
            }

            double count = SumOf(factors);
            if (weights is not null)
            {
                Weigh(factors, weights, losses.Shape);
            }

            double total = SumOf(factors);
            return new(Tensor.From(factors, losses.Shape, losses.Device), count, total);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(room);
        }
    }

    /// <summary>What the sum of the weighted losses is multiplied by.</summary>
    internal float Scale(Reduction reduction, string weightsName)
    {
        if (reduction == Reduction.Sum)
        {
            return 1;
        }

        double divisor = reduction == Reduction.WeightedMean ? Total : Count;
        if (divisor < 0)
        {
            throw new ArgumentException(
                $"the weights add up to {divisor}; a weighted mean needs a sum that is not negative",
                weightsName);
        }

        return divisor == 0 ? 0 : (float)(1 / divisor);
    }

    private static void Mask(Span<float> factors, Tensor mask, ReadOnlySpan<int> shape)
    {
        int repeats = SampleWeights.Repeats(mask, shape, nameof(mask));
        float[] room = ArrayPool<float>.Shared.Rent((int)mask.Length);
        mask.CopyTo(room);
        SampleWeights.RequireFrom(
            float.NegativeInfinity, room.AsSpan(0, (int)mask.Length), nameof(mask));
        for (int index = 0; index < factors.Length; index++)
        {
            factors[index] = room[index / repeats] == 0 ? 0 : 1;
        }

        ArrayPool<float>.Shared.Return(room);
    }

    private static void Ignore(Span<float> factors, Tensor targets, int ignored)
    {
        int[] room = ArrayPool<int>.Shared.Rent((int)targets.Length);
        targets.CopyTo(room);
        for (int index = 0; index < factors.Length; index++)
        {
            factors[index] = room[index] == ignored ? 0 : factors[index];
        }

        ArrayPool<int>.Shared.Return(room);
    }

    private static void Weigh(Span<float> factors, Tensor weights, ReadOnlySpan<int> shape)
    {
        int repeats = SampleWeights.Repeats(weights, shape, nameof(weights));
        float[] room = ArrayPool<float>.Shared.Rent((int)weights.Length);
        weights.CopyTo(room);
        SampleWeights.RequireFrom(
            float.NegativeInfinity, room.AsSpan(0, (int)weights.Length), nameof(weights));
        for (int index = 0; index < factors.Length; index++)
        {
            factors[index] *= room[index / repeats];
        }

        ArrayPool<float>.Shared.Return(room);
    }

    private static double SumOf(ReadOnlySpan<float> factors)
    {
        double sum = 0;
        foreach (float factor in factors)
        {
            sum += factor;
        }

        return sum;
    }
}
