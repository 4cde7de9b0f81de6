using NativeRnn.Interop;

namespace NativeRnn;

// What operations use: whether to record, and where gradients go.
public sealed partial class GradientTape
{
    /// <summary>The tape to record an operation of these inputs on, or null when there is nothing to record.</summary>
    internal static GradientTape? For(Tensor input)
    {
        GradientTape? tape = input.Device.ActiveTape;
        return tape is { _gradients: true, _paused: false } && tape.NeedsGradient(input) ? tape : null;
    }

    /// <inheritdoc cref="For(Tensor)"/>
    internal static GradientTape? For(Tensor a, Tensor? b) => For(a) ?? (b is null ? null : For(b));

    /// <inheritdoc cref="For(Tensor)"/>
    internal static GradientTape? For(ReadOnlySpan<Tensor?> inputs)
    {
        foreach (Tensor? input in inputs)
        {
            if (input is not null && For(input) is { } tape)
                return tape;
        }
        return null;
    }

    /// <summary>Whether a gradient of it is wanted: it requires one, or something recorded leads to it.</summary>
    internal bool NeedsGradient(Tensor? tensor) =>
        tensor is not null && (tensor.RequiresGrad || (tensor.Slot >= 0 && tensor.TapeId == Id));

    /// <summary>
    /// Records an operation with one output. <paramref name="backward"/> gets the output's gradient, which it must not
    /// change; it is called only if one has arrived.
    /// </summary>
    internal void Record(Tensor output, Action<Tensor> backward) => Record(
        output,
        new Operands(State: backward),
        static (GradientTape _, in RecordedOperation operation, Tensor gradient) =>
            ((Action<Tensor>)operation.Operands.State!)(gradient));

    /// <summary>As <see cref="Record(Tensor, Action{Tensor})"/>, without a closure: the function is static.</summary>
    internal void Record(Tensor output, in Operands operands, BackwardFunction backward)
    {
        int slot = NewSlot(output);
        _memory.Operations.Add(new RecordedOperation(slot, 1, backward, operands));
    }

    /// <summary>
    /// Records an operation with several outputs. <paramref name="backward"/> asks <see cref="GradientOf"/>; it is
    /// called if the gradient of any of them has arrived.
    /// </summary>
    internal void Record(ReadOnlySpan<Tensor> outputs, in Operands operands, BackwardFunction backward)
    {
        int first = _memory.Gradients.Count;
        foreach (Tensor output in outputs)
            NewSlot(output);
        _memory.Operations.Add(new RecordedOperation(first, outputs.Length, backward, operands));
    }

    /// <summary>The gradient that has arrived, or null. Of a tensor that requires one: all that was added up.</summary>
    internal Tensor? GradientOf(Tensor tensor)
    {
        if (tensor.RequiresGrad)
            return tensor.Gradient;
        return tensor.Slot >= 0 && tensor.TapeId == Id ? _memory.Gradients[tensor.Slot].Value : null;
    }

    /// <summary>
    /// Adds a contribution to the gradient of an input; does nothing where none is wanted. The first one is kept as it
    /// is, without a copy.
    /// </summary>
    /// <param name="input">An input of the operation that goes backward.</param>
    /// <param name="gradient">The same number of elements as the input.</param>
    /// <param name="fresh">Nobody else uses the gradient's memory: more may be added to it in place.</param>
    internal void Accumulate(Tensor input, Tensor gradient, bool fresh = false)
    {
        if (!NeedsGradient(input))
            return;
        if (input.RequiresGrad)
            Ops.AddInto(input.Gradient!, gradient);
        else if (_memory.Gradients[input.Slot].Value is null)
            _memory.Gradients[input.Slot] = new SlotGradient(gradient.WithShape(input.Sizes), fresh);
        else
            Ops.AddInto(GradientTarget(input), gradient);
    }

    /// <summary>The memory that contributions are added into; zeros at first. Only where one is wanted.</summary>
    internal Tensor GradientTarget(Tensor input)
    {
        Tensor target = GradientTarget(input, out bool accumulate);
        if (!accumulate)
            target.Fill(0);
        return target;
    }

    /// <summary>
    /// As <see cref="GradientTarget(Tensor)"/>; when <paramref name="accumulate"/> comes out false, the content is not
    /// defined and every element must be assigned, else added to.
    /// </summary>
    internal Tensor GradientTarget(Tensor input, out bool accumulate)
    {
        if (input.RequiresGrad)
        {
            accumulate = true;
            return input.Gradient!;
        }
        (Tensor? value, bool isFresh) = _memory.Gradients[input.Slot];
        accumulate = value is not null;
        if (value is not null && isFresh)
            return value;
        Tensor target = Tensor.Empty(input.Shape, _device);
        if (value is not null)
            Ops.Copy(value, target);
        _memory.Gradients[input.Slot] = new SlotGradient(target, true);
        return target;
    }

    /// <summary>
    /// Adds a contribution that has the shape which the input was broadcast to: it is summed over the repeated axes.
    /// </summary>
    internal void AccumulateBroadcast(Tensor input, Tensor gradient, bool fresh = false)
    {
        if (input.Sizes == gradient.Sizes)
        {
            Accumulate(input, gradient, fresh);
            return;
        }
        if (!NeedsGradient(input))
            return;
        Tensor target = GradientTarget(input);
        if (input.Length == 1)
        {
            Tensor.AddSum(gradient, target);
            return;
        }
        Ops.CopyStrided(new CopyCall
        {
            Sizes = gradient.Sizes,
            Accumulate = true,
            Source = gradient,
            SourceStrides = gradient.Sizes.DenseStrides(),
            Destination = target,
            DestinationStrides = input.Sizes.BroadcastStrides(gradient.Sizes),
        });
    }

    private int NewSlot(Tensor output)
    {
        int slot = _memory.Gradients.Count;
        _memory.Gradients.Add(default);
        output.MarkRecorded(Id, slot);
        return slot;
    }
}
