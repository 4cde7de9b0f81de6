namespace NativeRnn;

/// <summary>
/// Records what is computed on a device and walks back through it. Whole operations are recorded, a sequence of a
/// recurrent layer as one. Memory for results and gradients comes from an arena which the next tape uses again.
/// </summary>
/// <example>
/// <code>
/// using GradientTape tape = device.Record();
/// Tensor loss = (model.Forward(x) - y).Square().Mean();
/// tape.Backward(loss);          // adds into the gradients of the parameters
/// optimizer.Step();
/// </code>
/// </example>
public sealed partial class GradientTape : IDisposable
{
    private static long _lastId;

    private readonly Device _device;
    private readonly bool _gradients;
    private readonly TapeMemory _memory;
    private bool _paused;
    private bool _walked;
    private bool _disposed;

    internal GradientTape(Device device, bool gradients)
    {
        _device = device;
        _gradients = gradients;
        _memory = device.Memory;
        Id = Interlocked.Increment(ref _lastId);
    }

    /// <summary>The device that it records.</summary>
    public Device Device => _device;

    /// <summary>Tells the recordings of this process apart; <see cref="Reset"/> starts a new one.</summary>
    internal long Id { get; private set; }

    /// <summary>
    /// Whether it goes backward: what is made meanwhile does not leave the library, but for what users' operations get.
    /// </summary>
    internal bool IsWalking { get; private set; }

    /// <summary>
    /// Computes the gradients of a loss and adds them into <see cref="Tensor.Gradient"/> of every tensor that requires
    /// one. Once for each recording: what operations have kept is used up.
    /// </summary>
    /// <param name="loss">One element, computed while this tape was on.</param>
    /// <exception cref="ArgumentException">It has more than one element, or is of another device.</exception>
    /// <exception cref="InvalidOperationException">
    /// Nothing that requires a gradient leads to it, or this tape has gone backward already.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tape or the tensor is disposed.</exception>
    public void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (loss.Length != 1)
            throw new ArgumentException(
                $"Backward needs a loss of one element, got {loss.ShapeText}: reduce it by Sum or Mean, " +
                "or give the gradient of the output.", nameof(loss));
        CheckBackward(loss);
        Tensor one = Tensor.Scratch(loss.Shape, _device);
        one.Fill(1);
        Walk(loss, one);
    }

    /// <summary>
    /// As <see cref="Backward(Tensor)"/>, from an output of any shape whose gradient is known.
    /// </summary>
    /// <param name="output">Computed while this tape was on.</param>
    /// <param name="gradient">Of some number by <paramref name="output"/>; the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ, or a tensor is of another device.</exception>
    /// <exception cref="InvalidOperationException">
    /// Nothing that requires a gradient leads to it, or this tape has gone backward already.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tape or a tensor is disposed.</exception>
    public void Backward(Tensor output, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(gradient);
        if (!output.Shape.SequenceEqual(gradient.Shape))
            throw new ArgumentException(
                $"Backward: the output is {output.ShapeText}, its gradient {gradient.ShapeText}; " +
                "they must have one shape.", nameof(gradient));
        gradient.Require(DType.Float32, nameof(Backward));
        CheckBackward(output);
        Tensor.RequireOneDevice(nameof(Backward), output, gradient);
        Walk(output, gradient);
    }

    /// <summary>
    /// Forgets what was recorded and takes back all memory, as if the tape were disposed and a new one started. Tensors
    /// made so far are invalid.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The tape is disposed.</exception>
    public void Reset()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _memory.Clear();
        _device.Pool.ReturnAll();
        _walked = false;
        Id = Interlocked.Increment(ref _lastId);
    }

    /// <summary>Ends the recording and takes the memory back: what it held is invalid. Twice is once.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _memory.Clear();
        _device.Pool.ReturnAll();
        _device.EndTape(this);
    }

    private void CheckBackward(Tensor output)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = output.Buffer;
        if (!ReferenceEquals(output.Device, _device))
            throw new ArgumentException("Backward: the output is of another device than the tape.", nameof(output));
        if (!_gradients)
            throw new InvalidOperationException("Backward: this tape was started with gradients: false.");
        if (_walked)
            throw new InvalidOperationException(
                "Backward: this tape has gone backward already. Add the losses up and go backward once, or Reset it.");
        if (!NeedsGradient(output))
            throw new InvalidOperationException(
                "Backward: nothing that requires a gradient leads to the output while this tape was on.");
    }

    private void Walk(Tensor output, Tensor gradient)
    {
        _walked = true;
        _paused = true;
        IsWalking = true;
        try
        {
            Accumulate(output, gradient);
            for (int i = _memory.Operations.Count - 1; i >= 0; i--)
                Undo(_memory.Operations[i]);
        }
        finally
        {
            _paused = false;
            IsWalking = false;
        }
    }

    private void Undo(in RecordedOperation operation)
    {
        Tensor? first = _memory.Gradients[operation.FirstSlot].Value;
        bool arrived = first is not null;
        for (int more = 1; more < operation.Count && !arrived; more++)
            arrived = _memory.Gradients[operation.FirstSlot + more].Value is not null;
        if (arrived)
            operation.Backward(this, operation, first!);
    }
}
