namespace NativeRnn;

/// <summary>
/// The operations that a thread computes on a device while <see cref="Device.Trace"/> is this, in their order: what a
/// model is exported from. Each operation of tensors adds itself. One that is made of others (a softmax along an axis in
/// the middle, a layer) takes their place: it remembers <see cref="Count"/> before and calls <see cref="Fuse"/> after.
/// </summary>
internal sealed class OperationTrace : IDisposable
{
    [ThreadStatic]
    private static OperationTrace? _ofThread;

    private readonly Device _device;
    private readonly List<TracedOperation> _operations = [];
    private readonly HashSet<Tensor> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>Starts a trace of what this thread computes on a device, until it is disposed.</summary>
    internal OperationTrace(Device device)
    {
        if (_ofThread is not null)
            throw new InvalidOperationException("A trace of this thread is on already.");
        _device = device;
        _ofThread = this;
        device.CountTrace(1);
    }

    internal IReadOnlyList<TracedOperation> Operations => _operations;

    internal int Count => _operations.Count;

    /// <summary>The part of the model that computes, for messages.</summary>
    internal object? Part { get; set; }

    /// <summary>This thread's trace of a device, or null.</summary>
    internal static OperationTrace? Of(Device device) =>
        _ofThread is { } trace && ReferenceEquals(trace._device, device) ? trace : null;

    /// <summary>Where the operations of a fused one begin; 0 while nothing is traced.</summary>
    internal static int Mark(Device device) => device.Trace?.Count ?? 0;

    /// <summary>Ends it; the operations stay.</summary>
    public void Dispose()
    {
        if (!ReferenceEquals(_ofThread, this))
            return;
        _ofThread = null;
        _device.CountTrace(-1);
    }

    internal void Add(TracedKind kind, object? details, Tensor output, params ReadOnlySpan<Tensor?> inputs) =>
        Add(kind, details, [output], inputs);

    /// <summary>One operation in the place of all since <paramref name="mark"/>, which it was computed by.</summary>
    internal void Fuse(
        int mark, TracedKind kind, object? details, ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor?> inputs)
    {
        Forget(mark);
        Add(kind, details, outputs, inputs);
    }

    /// <summary>The operations since <paramref name="mark"/> were checks, without a part in the results.</summary>
    internal void Forget(int mark) => _operations.RemoveRange(mark, _operations.Count - mark);

    /// <summary>The host gets the numbers of a tensor: what it does with them is not known.</summary>
    internal void Read(Tensor tensor) => Add(
        TracedKind.Unsupported, "reads the numbers of a tensor on the host, where they can't be followed", [], [tensor]);

    /// <summary>The host sets the numbers of a tensor.</summary>
    internal void Write(Tensor tensor)
    {
        if (_known.Contains(tensor))
            Add(TracedKind.Unsupported, "changes a tensor in place that is computed with already", [tensor], []);
    }

    /// <summary>A tensor's numbers become those of another.</summary>
    internal void Overwrite(Tensor tensor, Tensor source)
    {
        Write(tensor);
        Add(TracedKind.Same, null, [tensor], [source]);
    }

    private void Add(TracedKind kind, object? details, ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor?> inputs)
    {
        foreach (Tensor output in outputs)
            _known.Add(output);
        foreach (Tensor? input in inputs)
        {
            if (input is not null)
                _known.Add(input);
        }
        _operations.Add(new TracedOperation(kind, details, inputs.ToArray(), outputs.ToArray(), Part));
    }
}
