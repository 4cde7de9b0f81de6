namespace NativeRnn.Layers;

/// <summary>The state of a recurrent layer of any cell.</summary>
/// <param name="Hidden">h of all layers and directions, [L D,B,H].</param>
/// <param name="Cell">c of the same shape; LSTM only, else null.</param>
public readonly record struct RecurrentState(Tensor Hidden, Tensor? Cell)
{
    /// <summary>The same values, cut off from what made them: no gradient flows through.</summary>
    public RecurrentState Detach() => new(Hidden.Detach(), Cell?.Detach());

    /// <summary>
    /// Copies that outlive the tape that is on, cut off as <see cref="Detach"/> does: what truncated
    /// back-propagation through time carries from one window to the next.
    /// </summary>
    public RecurrentState Copy() => new(Hidden.Clone(), Cell?.Clone());
}
