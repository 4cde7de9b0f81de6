using NativeRnn.Layers;

namespace Benchmarks;

/// <summary>One row of the results: what runs, how, and with how many threads.</summary>
internal sealed record Case(Shape Shape, Mode Mode, int Threads)
{
    /// <summary>How NativeRnn's stream keeps its weights; the peers always keep float32.</summary>
    public WeightStorage Storage { get; init; }

    /// <summary>Of a language model: the steps from the same weights whose losses are compared.</summary>
    public int ComparedSteps { get; init; } = TextModel.ComparedSteps;

    /// <summary>Multiplications and additions of the products; backward counts as two forwards.</summary>
    public double Flops => Mode switch
    {
        Mode.Train => 3 * Shape.ForwardFlops,
        Mode.Text => 3 * (Shape.ForwardFlops + TextModel.OutputFlops(Shape)),
        _ => Shape.ForwardFlops,
    };

    /// <summary>
    /// Bytes of weights that no implementation can avoid to read again at each time step: the
    /// recurrent ones, in training also backward; a stream's step needs those of the input too.
    /// </summary>
    public double Bytes => Mode switch
    {
        Mode.Stream => Shape.Weights * BytesOf(Storage),
        Mode.Forward => Shape.Steps * Shape.RecurrentWeights * sizeof(float),
        _ => 2 * Shape.Steps * Shape.RecurrentWeights * sizeof(float),
    };

    /// <summary>What a thread has to keep in its cache to read them from there, in bytes.</summary>
    public double WorkingSet => Mode == Mode.Stream
        ? Shape.Weights * BytesOf(Storage)
        : Shape.RecurrentWeights / Shape.Layers / Shape.Directions * sizeof(float) / Threads;

    /// <summary>What results and filters call it, the threads left out.</summary>
    public string Name => $"{Shape} {Mode.ToString().ToLowerInvariant()}{StorageText}";

    /// <summary>What tables of one mode call it.</summary>
    public string Label => $"{Shape}{StorageText}";

    private string StorageText => Storage == WeightStorage.Float32
        ? ""
        : $" {Storage.ToString().ToLowerInvariant()}";

    public override string ToString() => $"{Name} {Threads} thread{(Threads > 1 ? "s" : "")}";

    private static int BytesOf(WeightStorage storage) => storage switch
    {
        WeightStorage.Float32 => 4,
        WeightStorage.BFloat16 => 2,
        _ => 1,
    };
}
