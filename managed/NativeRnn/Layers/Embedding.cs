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
    /// <param name="maskZero">
    /// Index 0 stands for no step: of an input [B,T], layers that follow in a
    /// <c>Sequential</c> leave such steps out, and losses don't count them.
    /// </param>
    /// <param name="initializer">Of the vectors; null: normal with deviation 1.</param>
    public Embedding(
        int vocabulary,
        int dimension,
        int? paddingIndex = null,
        long? seed = null,
        Device? device = null,
        bool maskZero = false,
        Initializer? initializer = null)
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
        MaskZero = maskZero;
        float[] values = new float[vocabulary * dimension];
        (initializer ?? Initializer.RandomNormal(0, 1)).Fill(
            values,
            WeightShape.Matrix(vocabulary, dimension, dimension),
            new RandomStream(seed ?? RandomSeed.Next()));
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

    /// <summary>Whether index 0 stands for no step.</summary>
    public bool MaskZero { get; }

    /// <summary>The table, [V,D].</summary>
    public Parameter Weight { get; }

    /// <summary>Looks vectors up.</summary>
    /// <param name="input">int32 [..], each 0 to V - 1; at most seven axes.</param>
    /// <returns>[..,D].</returns>
    public override Tensor Forward(Tensor input)
    {
        Sizes.RequireIndices(input, nameof(input));
        Sizes.RequireDevice(input, Weight.Value.Device, nameof(input));
        Span<int> shape = stackalloc int[input.Rank + 1];
        input.Shape.CopyTo(shape);
        shape[^1] = Dimension;
        Tensor y = Tensor.Empty(shape, input.Device);
        try
        {
            Ops.EmbeddingForward(Weight.Value, input, y);
        }
        catch (ArgumentException wrong)
        {
            throw Sizes.Named(wrong, nameof(input));
        }

        input.Device.Trace?.Add(TracedKind.Embedding, null, y, Weight.Value, input);
        if (GradientTape.For(Weight.Value) is { } tape)
        {
            Record(tape, input, y);
        }

        return y;
    }

    /// <inheritdoc/>
    /// <remarks>With <see cref="MaskZero"/> an input [B,T] makes a mask of its own.</remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask)
    {
        MaskedTensor output = base.ForwardMasked(input, mask);
        if (!MaskZero || input.Rank != 2)
        {
            return output;
        }

        int mark = OperationTrace.Mark(input.Device);
        bool[] valid = [.. input.ToInt32Array().Select(index => index != 0)];
        SequenceMask own = StepMask.Of(input, mark, 0, input.Shape[0], input.Shape[1], valid);
        return output with { Mask = mask is null ? own : mask.And(own) };
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
