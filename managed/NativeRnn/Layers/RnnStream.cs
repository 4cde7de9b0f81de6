using System.Diagnostics.CodeAnalysis;
using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// A sequence, or a batch B of them, that is computed as its steps come in: one step in, one step
/// out, the state kept in between. A step allocates nothing and takes no lock. One thread at a time
/// uses a stream; streams of the same weights are independent, and a row's results do not depend on
/// the others of its batch.
/// </summary>
[SuppressMessage(
    "Naming", "CA1711", Justification = "It is what serving calls a stream, not one of bytes.")]
public sealed class RnnStream : IDisposable
{
    private readonly StreamHandle _handle;
    private readonly bool _hasCell;
    private readonly int _stepIn;
    private readonly int _stepOut;

    internal RnnStream(RnnWeights weights, StreamHandle handle, int batch)
    {
        _handle = handle;
        _hasCell = weights.HasCell;
        Batch = batch;
        _stepIn = checked(batch * weights.InputSize);
        _stepOut = checked(batch * weights.HiddenSize);
        StateLength = checked(weights.NumLayers * _stepOut);
    }

    /// <summary>Sequences that step together, B.</summary>
    public int Batch { get; }

    /// <summary>Numbers in a state, h or c: L B H.</summary>
    public int StateLength { get; }

    /// <summary>Runs one step.</summary>
    /// <param name="x">The inputs, [B,I].</param>
    /// <param name="y">Gets the outputs of the last layer, [B,H]; must not overlap with x.</param>
    /// <exception cref="ArgumentException">A span has another length, or they overlap.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public void Step(ReadOnlySpan<float> x, Span<float> y)
    {
        RequireLength(x.Length, _stepIn, nameof(x));
        RequireLength(y.Length, _stepOut, nameof(y));
        Ops.StreamRun(_handle, 1, x, y);
    }

    /// <summary>Runs several steps, with the same results as one by one.</summary>
    /// <param name="x">The inputs, [T,B,I], T at least 1.</param>
    /// <param name="y">Gets the outputs of the last layer, [T,B,H]; must not overlap with x.</param>
    /// <exception cref="ArgumentException">
    /// x is not of whole steps, y is not of as many, or they overlap.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public void Run(ReadOnlySpan<float> x, Span<float> y)
    {
        int steps = x.Length / _stepIn;
        if (steps == 0 || x.Length % _stepIn != 0)
        {
            throw new ArgumentException(
                $"x holds {x.Length} numbers, must hold {_stepIn} for each step, and at least one " +
                "step", nameof(x));
        }

        RequireLength(y.Length, (long)steps * _stepOut, nameof(y));
        Ops.StreamRun(_handle, steps, x, y);
    }

    /// <summary>Sets the state to zeros, as it was when the stream was opened.</summary>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public void Reset() => Ops.StreamReset(_handle);

    /// <summary>Copies the state out.</summary>
    /// <param name="h">Gets the hidden state, [L,B,H].</param>
    /// <param name="c">Gets the cell state of an LSTM, [L,B,H]; empty for other cells.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public void CopyStateTo(Span<float> h, Span<float> c = default)
    {
        RequireState(h.Length, c.Length);
        Ops.StreamReadState(_handle, h, c);
    }

    /// <summary>Sets the state, for example to one that a stream or a layer gave.</summary>
    /// <param name="h">The hidden state, [L,B,H].</param>
    /// <param name="c">The cell state of an LSTM, [L,B,H]; empty for other cells.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public void SetState(ReadOnlySpan<float> h, ReadOnlySpan<float> c = default)
    {
        RequireState(h.Length, c.Length);
        Ops.StreamWriteState(_handle, h, c);
    }

    /// <summary>Frees the state.</summary>
    public void Dispose() => _handle.Dispose();

    private void RequireState(int h, int c)
    {
        RequireLength(h, StateLength, nameof(h));
        RequireLength(c, _hasCell ? StateLength : 0, nameof(c));
    }

    private static void RequireLength(int length, long needed, string name)
    {
        if (length != needed)
        {
            throw new ArgumentException($"{name} holds {length} numbers, must hold {needed}", name);
        }
    }
}
