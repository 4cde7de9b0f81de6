using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// A table of vectors, one for each index. They start normal with deviation 1, as in PyTorch.
/// </summary>
public sealed class Embedding : Module
{
    /// <summary>A table.</summary>
    /// <param name="vocabulary">Indices V, 1 to 2^31 - 1; the table must fit into 2^31 - 1 numbers.
    /// </param>
    /// <param name="dimension">Numbers of a vector D, 1 to 65536.</param>
    /// <param name="paddingIndex">
    /// An index whose vector starts as zeros and is not learnt; null: none.
    /// </param>
    /// <param name="seed">Of the vectors; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the table; null: <see cref="Device.Default"/>.</param>
    public Embedding(
        int vocabulary,
        int dimension,
        int? paddingIndex = null,
        long? seed = null,
        Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 1);
        Sizes.Require(dimension, nameof(dimension));
        if ((long)vocabulary * dimension > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(vocabulary), vocabulary, "vocabulary times dimension is too large");
        }

        if (paddingIndex is int padding && (padding < 0 || padding >= vocabulary))
        {
            throw new ArgumentOutOfRangeException(
                nameof(paddingIndex), padding, $"paddingIndex must be 0 to {vocabulary - 1}");
        }

        Vocabulary = vocabulary;
        Dimension = dimension;
        PaddingIndex = paddingIndex;
        float[] values = new float[vocabulary * dimension];
        Initializers.Normal(values, new RandomStream(seed ?? RandomSeed.Next()));
        if (paddingIndex is int row)
        {
            values.AsSpan(row * dimension, dimension).Clear();
        }

        Tensor table = Tensor.NewOwned([vocabulary, dimension], device ?? Device.Default);
        table.Write(values);
        Weight = Register(new Parameter("weight", table));
    }

    /// <summary>Indices V.</summary>
    public int Vocabulary { get; }

    /// <summary>Numbers of a vector, D.</summary>
    public int Dimension { get; }

    /// <summary>The index whose vector is not learnt, or null.</summary>
    public int? PaddingIndex { get; }

    /// <summary>The table, [V,D].</summary>
    public Parameter Weight { get; }

    /// <summary>Looks vectors up.</summary>
    /// <param name="input">int32 [..], each 0 to V - 1; at most seven axes.</param>
    /// <returns>[..,D].</returns>
    public override Tensor Forward(Tensor input)
    {
        Sizes.RequireIndices(input, nameof(input));
        Span<int> shape = stackalloc int[input.Rank + 1];
        input.Shape.CopyTo(shape);
        shape[^1] = Dimension;
        Tensor y = Tensor.Empty(shape, input.Device);
        Ops.EmbeddingForward(Weight.Value, input, y);
        if (GradientTape.For(Weight.Value) is { } tape)
        {
            Record(tape, input, y);
        }

        return y;
    }

    private void Record(GradientTape tape, Tensor indices, Tensor y) => tape.Record(
        y,
        new Operands(indices, State: this),
        static (GradientTape tape, in RecordedOperation operation, Tensor dy) =>
        {
            var layer = (Embedding)operation.Operands.State!;
            Ops.EmbeddingBackward(
                tape.GradientTarget(layer.Weight.Value),
                operation.Operands.A!,
                dy,
                layer.PaddingIndex ?? -1);
        });
}
