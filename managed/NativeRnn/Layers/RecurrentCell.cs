using System.Diagnostics.CodeAnalysis;

namespace NativeRnn.Layers;

/// <summary>
/// What one step of a recurrence computes. Derive from it to run a cell of your own with
/// <see cref="Rnn"/>: register the parameters or layers that it has, and write <see cref="Step"/>
/// with tensor operations; gradients follow.
/// </summary>
/// <example>
/// <code>
/// sealed class Leaky(int size) : RecurrentCell
/// {
///     public override IReadOnlyList&lt;int&gt; StateSizes => [size];
///     public override CellOutput Step(Tensor x, IReadOnlyList&lt;Tensor&gt; state)
///     {
///         Tensor h = 0.9f * state[0] + 0.1f * x.Tanh();
///         return new CellOutput(h, [h]);
///     }
/// }
/// </code>
/// </example>
public abstract class RecurrentCell : Module
{
    /// <summary>How many numbers each tensor of the state has, S_k; at least one tensor.</summary>
    public abstract IReadOnlyList<int> StateSizes { get; }

    /// <summary>Computes one step. Rows are independent of each other.</summary>
    /// <param name="x">[B,I].</param>
    /// <param name="state">The state before, each tensor [B,S_k].</param>
    /// <returns>The output, [B,O], and the state after, shaped as before.</returns>
    [SuppressMessage("Naming", "CA1716", Justification = "The field's word; no C# keyword.")]
    public abstract CellOutput Step(Tensor x, IReadOnlyList<Tensor> state);

    /// <summary>A cell of the same kind and sizes with weights of its own, for a second direction.
    /// </summary>
    /// <param name="seed">Of its weights.</param>
    /// <exception cref="NotSupportedException">The cell does not override this.</exception>
    public virtual RecurrentCell Twin(long seed) => throw new NotSupportedException(
        $"{GetType().Name} does not override Twin, which makes the cell of the second direction; " +
        "override it, or give Bidirectional two layers");
}
