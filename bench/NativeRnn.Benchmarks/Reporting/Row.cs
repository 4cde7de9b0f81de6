using System.Text.Json.Serialization;

namespace Benchmarks;

/// <summary>A case's results, as JSON and tables show them; what was not measured is null.</summary>
internal sealed record Row
{
    private Row(Case one, Agreement agreement) => (Case, Agreement) = (one, agreement);

    [JsonIgnore]
    public Case Case { get; }

    public string Cell => Case.Shape.Cell.ToString().ToLowerInvariant();

    [JsonPropertyName("T")]
    public int Steps => Case.Shape.Steps;

    [JsonPropertyName("B")]
    public int Batch => Case.Shape.Batch;

    [JsonPropertyName("I")]
    public int Input => Case.Shape.Input;

    [JsonPropertyName("H")]
    public int Hidden => Case.Shape.Hidden;

    public int Layers => Case.Shape.Layers;

    public bool Bidirectional => Case.Shape.Bidirectional;

    public int Threads => Case.Threads;

    public string Mode => Case.Mode.ToString().ToLowerInvariant();

    public string Weights => Case.Storage.ToString().ToLowerInvariant();

    public double? OursMs { get; init; }

    [JsonPropertyName("torchsharp_ms")]
    public double? TorchSharpMs { get; init; }

    public double? OrtMs { get; init; }

    /// <summary>Products only.</summary>
    public double? Gflops => GflopsAt(OursMs);

    /// <summary>The floor's part of the time.</summary>
    public double? PeakPercent => 100 * FloorMs / OursMs;

    /// <summary>How much longer the better peer takes.</summary>
    public double? Ratio => Best(TorchSharpMs, OrtMs) / OursMs;

    /// <summary>The largest relative difference between the libraries' results.</summary>
    public double? Difference => Agreement.Compared ? Agreement.Largest : null;

    /// <summary>False: the results differ by more than rounding explains, nothing was timed.</summary>
    public bool Agrees => Agreement.Holds;

    [JsonIgnore]
    public Agreement Agreement { get; }

    [JsonIgnore]
    public double? FloorMs { get; init; }

    /// <param name="one">The case.</param>
    /// <param name="agreement">What comparing the results gave.</param>
    /// <param name="times">Milliseconds by library; none where the results differ.</param>
    /// <param name="roofline">Null: not measured.</param>
    public static Row Of(
        Case one, Agreement agreement, IReadOnlyDictionary<Library, double> times, Roofline? roofline) =>
        new(one, agreement)
        {
            OursMs = Find(times, Library.NativeRnn),
            TorchSharpMs = Find(times, Library.TorchSharp),
            OrtMs = Find(times, Library.OnnxRuntime),
            FloorMs = roofline?.FloorMilliseconds(one),
        };

    public double? GflopsAt(double? milliseconds) => Case.Flops / (milliseconds * 1e6);

    /// <summary>Of a language model at a time for a step.</summary>
    public double? CharactersPerSecond(double? milliseconds) => 1e3 * Steps * Batch / milliseconds;

    private static double? Find(IReadOnlyDictionary<Library, double> times, Library library) =>
        times.TryGetValue(library, out double milliseconds) ? milliseconds : null;

    private static double? Best(double? one, double? other) =>
        one is double first && other is double second ? Math.Min(first, second) : one ?? other;
}
