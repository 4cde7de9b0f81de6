namespace NativeRnn.Layers;

/// <summary>Makes the outputs of two directions one.</summary>
internal static class DirectionMerge
{
    internal static MergeMode Checked(MergeMode mode, string name) => Enum.IsDefined(mode)
        ? mode
        : throw new ArgumentOutOfRangeException(
            name, mode, $"{name} must be Concat, Sum, Mul or Average");

    /// <summary>Merges outputs of one shape.</summary>
    internal static Tensor Apply(MergeMode mode, Tensor forward, Tensor backward) => mode switch
    {
        MergeMode.Sum => forward + backward,
        MergeMode.Mul => forward * backward,
        MergeMode.Average => 0.5f * (forward + backward),
        _ => Tensor.Concat([forward, backward], -1),
    };

    /// <summary>Merges the two halves of the last axis.</summary>
    internal static Tensor Halves(MergeMode mode, Tensor output)
    {
        if (mode == MergeMode.Concat)
        {
            return output;
        }

        int width = output.Shape[^1] / 2;
        return output.Rank == 3
            ? Apply(mode, output[.., .., ..width], output[.., .., width..])
            : Apply(mode, output[.., ..width], output[.., width..]);
    }
}
