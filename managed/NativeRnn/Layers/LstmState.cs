namespace NativeRnn.Layers;

/// <summary>The state of an <see cref="Lstm"/>.</summary>
/// <param name="Hidden">h of all layers and directions, [L D,B,H].</param>
/// <param name="Cell">c of all layers and directions, [L D,B,H].</param>
public readonly record struct LstmState(Tensor Hidden, Tensor Cell)
{
    /// <summary>A pair (h, c) as a state.</summary>
    /// <param name="pair">h and c, each [L D,B,H].</param>
    public static implicit operator LstmState((Tensor Hidden, Tensor Cell) pair) =>
        new(pair.Hidden, pair.Cell);

    /// <summary>The same values, cut off from what made them: no gradient flows through.</summary>
    public LstmState Detach() => new(Hidden.Detach(), Cell.Detach());

    /// <summary>
    /// Copies that outlive the tape that is on, cut off as <see cref="Detach"/> does: what truncated
    /// back-propagation through time carries from one window to the next.
    /// </summary>
    /// <example>
    /// <code>
    /// LstmState? carried = null;
    /// foreach ((Tensor x, Tensor y) in windows)
    /// {
    ///     using GradientTape tape = device.Record();
    ///     (Tensor output, LstmState next) = lstm.Forward(x, carried);
    ///     tape.Backward(loss.Evaluate(output, y));
    ///     optimizer.Step();
    ///     carried = next.Copy();
    /// }
    /// </code>
    /// </example>
    public LstmState Copy() => new(Hidden.Clone(), Cell.Clone());
}
