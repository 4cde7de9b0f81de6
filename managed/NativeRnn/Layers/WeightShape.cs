namespace NativeRnn.Layers;

/// <summary>What an initialiser must know of weights.</summary>
/// <param name="Rows">Rows of the matrix [O,I], or numbers of a vector.</param>
/// <param name="Columns">Columns of the matrix; 1 for a vector.</param>
/// <param name="FanIn">Numbers that go into one of its sums.</param>
/// <param name="FanOut">Sums that a number goes into.</param>
/// <param name="Size">What PyTorch scales by: the hidden size, or the input's.</param>
internal readonly record struct WeightShape(int Rows, int Columns, int FanIn, int FanOut, int Size)
{
    internal int Length => checked(Rows * Columns);

    internal static WeightShape Matrix(int rows, int columns, int size) =>
        new(rows, columns, columns, rows, size);

    internal static WeightShape Vector(int length, int size) =>
        new(length, 1, length, length, size);
}
