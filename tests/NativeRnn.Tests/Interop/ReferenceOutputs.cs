namespace NativeRnn.Tests.Interop;

/// <summary>What a recurrent stack gives, forward and backward; null: not wanted.</summary>
internal sealed record ReferenceOutputs
{
    public required double[] Y { get; init; }

    public required double[] Hn { get; init; }

    public double[]? Cn { get; init; }

    public required double[] Dx { get; init; }

    public double[]? Dh0 { get; init; }

    public double[]? Dc0 { get; init; }

    public required double[] Dparams { get; init; }

    /// <summary>Each array with its name.</summary>
    public IEnumerable<(string Name, double[] Values)> Arrays()
    {
        (string Name, double[]? Values)[] all =
        [
            ("y", Y), ("hn", Hn), ("cn", Cn), ("dx", Dx), ("dh0", Dh0), ("dc0", Dc0),
            ("dweights", Dparams),
        ];
        return from array in all
               where array.Values is not null
               select (array.Name, array.Values);
    }
}
