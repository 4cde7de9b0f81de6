namespace NativeRnn.Layers;

/// <summary>
/// Masks of attention: floats that broadcast to [B,Q,K], 1 where query q may attend to key k and 0
/// where not. Several are combined by multiplying them.
/// </summary>
public static class AttentionMask
{
    // Added to what is masked: exp of it, less any maximum that scores may have, is exactly 0.
    private const float Masked = -1e30f;

    /// <summary>Each query may attend to the keys up to its own place (Vaswani 2017).</summary>
    /// <param name="steps">Queries and keys, at least 1.</param>
    /// <param name="device">Null: <see cref="Device.Default"/>.</param>
    /// <returns>[1,T,T]: ones on and below the diagonal.</returns>
    public static Tensor Causal(int steps, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        float[] values = new float[checked(steps * steps)];
        for (int query = 0; query < steps; query++)
        {
            values.AsSpan(query * steps, query + 1).Fill(1);
        }

        Tensor mask = Tensor.From(values, [1, steps, steps], device);
        mask.Device.Trace?.Add(TracedKind.CausalMask, null, mask);
        return mask;
    }

    /// <summary>All queries may attend to the keys before each row's length.</summary>
    /// <param name="lengths">int32 [B], each 0 to K.</param>
    /// <param name="keys">K, at least 1.</param>
    /// <returns>[B,1,K].</returns>
    /// <exception cref="ArgumentException">A length is out of range.</exception>
    public static Tensor FromLengths(Tensor lengths, int keys)
    {
        Sizes.RequireIndices(lengths, nameof(lengths));
        ArgumentOutOfRangeException.ThrowIfLessThan(keys, 1);
        if (lengths.Rank != 1)
        {
            throw new ArgumentException(
                $"lengths must be [B], it is {Sizes.Text(lengths.Shape)}", nameof(lengths));
        }

        return LengthMask.Of(lengths, lengths.Shape[0], keys).Reshape(lengths.Shape[0], 1, keys);
    }

    /// <summary>Which keys of self-attention count, [B,1,T]; null: all.</summary>
    internal static Tensor? Of(SequenceMask? mask, Tensor input) =>
        mask is { IsFull: false } && mask.Fits(input)
            ? mask.ValuesOn(input.Device).Reshape(mask.Batch, 1, mask.Steps)
            : null;

    /// <summary>All masks of a call in one, or null without any.</summary>
    internal static Tensor? Combine(
        Tensor? lengths, Tensor? mask, bool causal, ReadOnlySpan<int> scores, Device device)
    {
        (int batch, int queries, int keys) = (scores[0], scores[1], scores[2]);
        Tensor? combined = mask is null ? null : Checked(mask, scores);
        if (lengths is not null)
        {
            combined = Both(combined, LengthMask.Of(lengths, batch, keys).Reshape(batch, 1, keys));
        }

        if (causal && queries != keys)
        {
            throw new ArgumentException(
                $"causal attention needs as many keys as queries, got {keys} for {queries}",
                nameof(causal));
        }

        return causal ? Both(combined, Causal(queries, device)) : combined;
    }

    /// <summary>Softmax along the last axis over what the mask allows.</summary>
    /// <param name="scores">[..,Q,K].</param>
    /// <param name="mask">Broadcasts to the scores; null: all is allowed.</param>
    internal static Tensor Softmax(Tensor scores, Tensor? mask) => mask is null
        ? scores.Softmax()
        // The product is for rows without anything to attend to; elsewhere it changes nothing.
        : (scores + ((mask - 1) * -Masked)).Softmax() * mask;

    /// <summary>The mask, if it broadcasts to scores [B,Q,K].</summary>
    internal static Tensor Checked(Tensor mask, ReadOnlySpan<int> scores)
    {
        Sizes.RequireFloats(mask, nameof(mask));
        bool fits = mask.Rank == 3;
        for (int axis = 0; fits && axis < 3; axis++)
        {
            fits = mask.Shape[axis] == scores[axis] || mask.Shape[axis] == 1;
        }

        return fits
            ? mask
            : throw new ArgumentException(
                $"mask is {Sizes.Text(mask.Shape)}; it must be {Sizes.Text(scores)} or 1 along " +
                "some of these axes", nameof(mask));
    }

    private static Tensor Both(Tensor? first, Tensor second) =>
        first is null ? second : first * second;
}
