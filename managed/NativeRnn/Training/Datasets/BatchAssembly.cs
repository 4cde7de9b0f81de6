using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>Puts samples together: sequences of different lengths are padded to the longest.</summary>
/// <param name="inputPadding">What stands after the end of an input.</param>
/// <param name="targetPadding">What stands after the end of a target that has steps.</param>
internal sealed class BatchAssembly(float inputPadding, float targetPadding)
{
    internal HostBatch Assemble(IReadOnlyList<Sample> samples)
    {
        bool ragged = samples.Any(sample => !sample.Input.Shape.SequenceEqual(samples[0].Input.Shape));
        bool raggedTargets = samples.Any(
            sample => !sample.Target.Shape.SequenceEqual(samples[0].Target.Shape));
        if (raggedTargets && !EndsLabels(samples))
        {
            foreach (Sample sample in samples)
            {
                CheckSteps(sample);
            }
        }

        return new HostBatch(
            Stack([.. samples.Select(sample => sample.Input)], inputPadding, "inputs"),
            Stack([.. samples.Select(sample => sample.Target)], targetPadding, "targets"),
            samples.Any(sample => sample.Weight != 1)
                ? [.. samples.Select(sample => sample.Weight)]
                : null,
            ragged ? [.. samples.Select(sample => sample.Input.Shape[0])] : null);
    }

    // Label sequences, as CtcLoss takes them, have lengths of their own: a negative number says where one ends.
    private bool EndsLabels(IReadOnlyList<Sample> samples) =>
        targetPadding < 0 && samples.All(sample => sample.Target is { DType: DType.Int32, Shape.Length: 1 });

    private static HostTensor Stack(HostTensor[] rows, float padding, string what)
    {
        HostTensor first = rows[0];
        int longest = rows.Max(row => row.Shape.IsEmpty ? 0 : row.Shape[0]);
        ReadOnlySpan<int> inner = first.Shape.IsEmpty ? [] : first.Shape[1..];
        foreach (HostTensor row in rows)
        {
            if (row.DType != first.DType || row.Shape.Length != first.Shape.Length
                || (!row.Shape.IsEmpty && !row.Shape[1..].SequenceEqual(inner)))
            {
                throw new InvalidOperationException(
                    $"the {what} of a batch are {first.DType} {Sizes.Text(first.Shape)} and " +
                    $"{row.DType} {Sizes.Text(row.Shape)}; only the first axis may differ");
            }
        }

        int[] shape = first.Shape.IsEmpty ? [rows.Length] : [rows.Length, longest, .. inner];
        HostTensor all = HostTensor.Full(first.DType, padding, shape);
        int stride = all.Length / rows.Length;
        for (int row = 0; row < rows.Length; row++)
        {
            all.Put(rows[row], row * stride);
        }

        return all;
    }

    private static void CheckSteps(Sample sample)
    {
        if (sample.Target.Shape.IsEmpty || sample.Input.Shape.IsEmpty
            || sample.Target.Shape[0] != sample.Input.Shape[0])
        {
            throw new InvalidOperationException(
                $"a sample's target is {Sizes.Text(sample.Target.Shape)}, its input " +
                $"{Sizes.Text(sample.Input.Shape)}: targets of different shapes must have a step for " +
                "each of the input's, or be labels, int32 [S], with Pad(target: -1)");
        }
    }
}
