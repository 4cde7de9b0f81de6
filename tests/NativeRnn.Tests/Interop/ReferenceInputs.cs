namespace NativeRnn.Tests.Interop;

/// <summary>What a recurrent stack takes, and the gradients of what it gives.</summary>
internal sealed record ReferenceInputs
{
    public required int Steps { get; init; }

    public required int Batch { get; init; }

    /// <summary>Of the dropout masks.</summary>
    public long Seed { get; init; }

    public required double[] Parameters { get; init; }

    public required double[] X { get; init; }

    public int[]? Lengths { get; init; }

    public double[]? H0 { get; init; }

    public double[]? C0 { get; init; }

    public double[]? Dy { get; init; }

    public double[]? Dhn { get; init; }

    public double[]? Dcn { get; init; }
}
