namespace NativeRnn.Layers;

/// <summary>
/// Runs one layer over sequences as they are and another over them reversed, and merges the outputs,
/// as Keras' Bidirectional. Any modules that go through time may be taken; of steps that don't
/// count, each row's others are reversed.
/// </summary>
public sealed class Bidirectional : Module
{
    private readonly bool _batchFirst;

    /// <summary>A recurrent layer in two directions.</summary>
    /// <param name="layer">The forward one; the backward one has its settings and own weights.
    /// </param>
    /// <param name="mergeMode">How the outputs become one.</param>
    public Bidirectional(RecurrentLayer layer, MergeMode mergeMode = MergeMode.Concat)
        : this(NotNull(layer, nameof(layer)), layer.Twin(), mergeMode)
    {
    }

    /// <summary>A layer with a cell of any kind in two directions.</summary>
    /// <param name="layer">The forward one; the backward one has the twin of its cell.</param>
    /// <param name="mergeMode">How the outputs become one.</param>
    /// <param name="seed">Of the twin's weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <exception cref="NotSupportedException">The cell has no twin.</exception>
    public Bidirectional(Rnn layer, MergeMode mergeMode = MergeMode.Concat, long? seed = null)
        : this(NotNull(layer, nameof(layer)), layer.Twin(seed ?? RandomSeed.Next()), mergeMode)
    {
    }

    /// <summary>Two layers of any kind.</summary>
    /// <param name="forward">
    /// [B,T,..] to [B,T,O] or to [B,O]; [T,B,..] if it or the other is a recurrent layer made so.
    /// </param>
    /// <param name="backward">The same, given the reversed sequences; another module.</param>
    /// <param name="mergeMode">How the outputs become one.</param>
    /// <exception cref="ArgumentException">
    /// Both are one module, or one takes [B,T,..] and the other [T,B,..].
    /// </exception>
    public Bidirectional(Module forward, Module backward, MergeMode mergeMode = MergeMode.Concat)
    {
        if (ReferenceEquals(forward, backward))
        {
            throw new ArgumentException(
                "backward must be another module than forward", nameof(backward));
        }

        (bool? first, bool? second) = (OrderOf(forward), OrderOf(backward));
        if (first is bool one && second is bool other && one != other)
        {
            throw new ArgumentException(
                $"backward takes {(other ? "[B,T,..]" : "[T,B,..]")}, forward " +
                $"{(one ? "[B,T,..]" : "[T,B,..]")}: make both with one batchFirst",
                nameof(backward));
        }

        _batchFirst = first ?? second ?? true;
        MergeMode = DirectionMerge.Checked(mergeMode, nameof(mergeMode));
        ForwardLayer = Register("forward", forward);
        BackwardLayer = Register("backward", backward);
    }

    /// <summary>What gets the sequences as they are.</summary>
    public Module ForwardLayer { get; }

    /// <summary>What gets the sequences reversed.</summary>
    public Module BackwardLayer { get; }

    /// <summary>How the outputs become one.</summary>
    public MergeMode MergeMode { get; }

    /// <summary>Runs both directions.</summary>
    /// <param name="input">[B,T,..], or [T,B,..] if the layers are so; not empty.</param>
    /// <returns>
    /// The merged outputs: all steps, each at its place in time, or what the layers give at their
    /// ends.
    /// </returns>
    public override Tensor Forward(Tensor input) => ForwardMasked(input, null).Output;

    /// <inheritdoc/>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank < 2 || input.Length == 0)
        {
            throw new ArgumentException(
                $"input must be [B,T,..] and not empty, it is {Sizes.Text(input.Shape)}",
                nameof(input));
        }

        (int batch, int steps) = _batchFirst
            ? (input.Shape[0], input.Shape[1])
            : (input.Shape[1], input.Shape[0]);
        SequenceMask valid = mask
            ?? SequenceMask.FromLengths(steps, [.. Enumerable.Repeat(steps, batch)]);
        if (valid.Batch != batch || valid.Steps != steps)
        {
            throw new ArgumentException(
                $"mask is of {valid.Batch} sequences of {valid.Steps} steps, input of {batch} of " +
                $"{steps}", nameof(mask));
        }

        StepOrder order = new(valid, reversed: true);
        SequenceMask? reversedMask = mask?.ToFront();
        MaskedTensor forward = ForwardLayer.ForwardMasked(input, mask);
        Tensor backward =
            BackwardLayer.ForwardMasked(order.ToFront(input, _batchFirst), reversedMask).Output;
        bool allSteps = backward.Rank >= 3 && backward.Shape[..2].SequenceEqual(input.Shape[..2]);
        if (allSteps)
        {
            backward = order.ToSources(backward, _batchFirst);
        }

        return new MaskedTensor(
            DirectionMerge.Apply(MergeMode, forward.Output, backward), forward.Mask);
    }

    // Whether it takes [B,T,..]; null: not known.
    private static bool? OrderOf(Module module) => module switch
    {
        RecurrentLayer layer => layer.BatchFirst,
        Rnn layer => layer.BatchFirst,
        ScanLayer layer => layer.BatchFirst,
        Bidirectional pair => pair._batchFirst,
        _ => null,
    };

    private static T NotNull<T>(T layer, string name)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(layer, name);
        return layer;
    }
}
