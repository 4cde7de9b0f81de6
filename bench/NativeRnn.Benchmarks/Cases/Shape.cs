namespace Benchmarks;

/// <summary>Sizes of a stack of recurrent layers and of what runs through it.</summary>
internal sealed record Shape(Cell Cell, int Steps, int Batch, int Hidden)
{
    public int Layers { get; init; } = 1;

    public bool Bidirectional { get; init; }

    /// <summary>Numbers that come in at each step; as many as hidden units if not said.</summary>
    public int Input { get; init; } = Hidden;

    public int Gates => Cell switch { Cell.Lstm => 4, Cell.Gru => 3, _ => 1 };

    public int Directions => Bidirectional ? 2 : 1;

    /// <summary>Numbers of the output at each step, of a row of the batch.</summary>
    public int OutputWidth => Directions * Hidden;

    /// <summary>Numbers of h (and of c) of all layers, directions and rows.</summary>
    public int StateLength => Layers * Directions * Batch * Hidden;

    /// <summary>Weights that take part in every time step; biases left out.</summary>
    public double RecurrentWeights => (double)Layers * Directions * Gates * Hidden * Hidden;

    /// <summary>Weights of all products of a step; biases left out.</summary>
    public double Weights => RecurrentWeights + Enumerable.Range(0, Layers)
        .Sum(layer => (double)Directions * Gates * Hidden * InputOf(layer));

    /// <summary>Multiplications and additions of the products, forward.</summary>
    public double ForwardFlops => 2.0 * Steps * Batch * Weights;

    public int InputOf(int layer) => layer == 0 ? Input : OutputWidth;

    public override string ToString() =>
        $"{Cell.ToString().ToUpperInvariant()} T{Steps} B{Batch} H{Hidden}" +
        $"{(Layers > 1 ? $" L{Layers}" : "")}{(Bidirectional ? " bidirectional" : "")}";
}
