namespace NativeRnn.Data;

/// <summary>
/// Cuts a text into windows for training with truncated back-propagation through time: the text
/// is split into <see cref="Batch"/> streams that run side by side, and each window holds the next
/// steps of every stream, so that the state at the end of a window is the state at the start of
/// the next.
/// </summary>
/// <remarks>
/// Each character but the text's first is predicted exactly once, from the character before it.
/// Nothing is lost: the streams' lengths differ by one at most, a stream that is one step shorter
/// ends in a target of <see cref="IgnoredTarget"/>, and the last window has fewer steps when the
/// length is no multiple of <see cref="Sequence"/>. With a warm-up each stream but the first
/// begins that many characters earlier, with ignored targets, so that its state knows what came
/// before.
/// </remarks>
public sealed class TextWindows
{
    /// <summary>The target of a step without a prediction; losses leave it out.</summary>
    public const int IgnoredTarget = -1;

    private readonly ReadOnlyMemory<int> _text;
    private readonly int[] _starts;
    private readonly int[] _lengths;
    private readonly int _warmUp;

    /// <summary>Windows over a text.</summary>
    /// <param name="text">Indices of characters, at least two.</param>
    /// <param name="batch">Streams B side by side, at least 1.</param>
    /// <param name="sequence">Steps T of a window, at least 1.</param>
    /// <param name="warmUp">
    /// Characters that a stream reads before its first prediction; shortened for a short text.
    /// </param>
    public TextWindows(ReadOnlyMemory<int> text, int batch, int sequence, int warmUp = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmUp);
        if (text.Length < 2)
        {
            throw new ArgumentException(
                $"the text has {text.Length} characters; a prediction needs at least 2",
                nameof(text));
        }

        _text = text;
        Batch = batch;
        Sequence = sequence;
        Predictions = text.Length - 1;
        _warmUp = (int)Math.Min(warmUp, Predictions / batch);
        _starts = new int[batch];
        _lengths = new int[batch];
        LayStreams();
        StreamLength = _lengths[0];
        Count = (StreamLength + sequence - 1) / sequence;
    }

    /// <summary>Streams side by side, B.</summary>
    public int Batch { get; }

    /// <summary>Steps of a window, T; the last window can have fewer.</summary>
    public int Sequence { get; }

    /// <summary>Windows that cover the whole text.</summary>
    public int Count { get; }

    /// <summary>Characters predicted by all windows together: the text's length less one.</summary>
    public long Predictions { get; }

    /// <summary>Steps of the longest stream.</summary>
    public int StreamLength { get; }

    /// <summary>Steps of a window.</summary>
    /// <param name="window">0 to <see cref="Count"/> - 1.</param>
    public int StepsOf(int window)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(window);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(window, Count);
        return Math.Min(Sequence, StreamLength - (window * Sequence));
    }

    /// <summary>Writes a window's characters and what follows each of them.</summary>
    /// <param name="window">0 to <see cref="Count"/> - 1.</param>
    /// <param name="inputs">Gets the characters, [T,B]; at least T B elements.</param>
    /// <param name="targets">
    /// Gets the next characters, [T,B], or <see cref="IgnoredTarget"/>; at least T B elements.
    /// </param>
    /// <returns>The window's steps T and its predictions.</returns>
    public TextWindow Fill(int window, Span<int> inputs, Span<int> targets)
    {
        int steps = StepsOf(window);
        RequireRoom(inputs.Length, steps, nameof(inputs));
        RequireRoom(targets.Length, steps, nameof(targets));
        ReadOnlySpan<int> text = _text.Span;
        int predictions = 0;
        for (int stream = 0; stream < Batch; stream++)
        {
            int ignored = stream == 0 ? 0 : _warmUp;
            for (int step = 0; step < steps; step++)
            {
                int place = (window * Sequence) + step;
                int at = _starts[stream] + place;
                bool predicts = place >= ignored && place < _lengths[stream];
                inputs[(step * Batch) + stream] = text[Math.Min(at, text.Length - 1)];
                targets[(step * Batch) + stream] = predicts ? text[at + 1] : IgnoredTarget;
                predictions += predicts ? 1 : 0;
            }
        }

        return new TextWindow(steps, predictions);
    }

    // All streams together hold every prediction once and the warm-up of all but the first.
    private void LayStreams()
    {
        long slots = Predictions + ((Batch - 1) * (long)_warmUp);
        int shortest = (int)(slots / Batch);
        int longer = (int)(slots % Batch);
        int next = 0;
        for (int stream = 0; stream < Batch; stream++)
        {
            int warmUp = stream == 0 ? 0 : _warmUp;
            _lengths[stream] = shortest + (stream < longer ? 1 : 0);
            _starts[stream] = next - warmUp;
            next += _lengths[stream] - warmUp;
        }
    }

    private void RequireRoom(int length, int steps, string name)
    {
        if (length < steps * Batch)
        {
            throw new ArgumentException(
                $"the window needs {steps * Batch} elements ({steps} steps of {Batch} streams), " +
                $"there is room for {length}", name);
        }
    }
}
