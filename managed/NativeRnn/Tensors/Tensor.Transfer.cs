using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using NativeRnn.Interop;

namespace NativeRnn;

// Between the device and the host's memory.
public sealed partial class Tensor
{
    /// <summary>The number that a tensor of one element holds. Waits for queued work.</summary>
    /// <exception cref="InvalidOperationException">The tensor has another number of elements.</exception>
    /// <exception cref="ArgumentException">The elements are integers.</exception>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public float Item()
    {
        Require(DType.Float32, nameof(Item));
        if (Length != 1)
            throw new InvalidOperationException($"Item needs a tensor of one element, this one is {ShapeText}.");
        float value = 0;
        Device.Trace?.Read(this);
        Ops.Read(this, 0, new Span<float>(ref value));
        return value;
    }

    /// <summary>All numbers, row by row. Waits for queued work.</summary>
    /// <exception cref="ArgumentException">The elements are integers.</exception>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public float[] ToArray()
    {
        Require(DType.Float32, nameof(ToArray));
        float[] values = new float[Length];
        Device.Trace?.Read(this);
        Ops.Read(this, 0, values);
        return values;
    }

    /// <summary>All integers, row by row. Waits for queued work.</summary>
    /// <exception cref="ArgumentException">The elements are not integers.</exception>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public int[] ToInt32Array()
    {
        Require(DType.Int32, nameof(ToInt32Array));
        int[] values = new int[Length];
        Device.Trace?.Read(this);
        Ops.Read(this, 0, values);
        return values;
    }

    /// <summary>Writes all numbers, row by row, to host memory. Waits for queued work.</summary>
    /// <param name="destination">At least <see cref="Length"/> elements.</param>
    /// <exception cref="ArgumentException">Too short, or the elements are integers.</exception>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public void CopyTo(Span<float> destination)
    {
        Require(DType.Float32, nameof(CopyTo));
        RequireRoom(destination.Length);
        Device.Trace?.Read(this);
        Ops.Read(this, 0, destination[..(int)Length]);
    }

    /// <inheritdoc cref="CopyTo(Span{float})"/>
    public void CopyTo(Span<int> destination)
    {
        Require(DType.Int32, nameof(CopyTo));
        RequireRoom(destination.Length);
        Device.Trace?.Read(this);
        Ops.Read(this, 0, destination[..(int)Length]);
    }

    /// <summary>Writes all numbers to a tensor span; directly when its elements lie densely.</summary>
    /// <param name="destination">The same shape.</param>
    /// <exception cref="ArgumentException">Another shape, or the elements are integers.</exception>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public void CopyTo(in TensorSpan<float> destination)
    {
        Require(DType.Float32, nameof(CopyTo));
        Span<nint> lengths = stackalloc nint[Rank];
        for (int axis = 0; axis < Rank; axis++)
            lengths[axis] = Shape[axis];
        if (!destination.Lengths.SequenceEqual(lengths))
            throw new ArgumentException(
                $"CopyTo: the tensor is {ShapeText}, " +
                $"the destination [{string.Join(',', destination.Lengths.ToArray())}].",
                nameof(destination));
        if (Length == 0)
            return;
        Device.Trace?.Read(this);
        if (destination.IsDense)
            Ops.Read(this, 0, MemoryMarshal.CreateSpan(ref destination.GetPinnableReference(), checked((int)Length)));
        else
            new ReadOnlyTensorSpan<float>(ToArray(), lengths).CopyTo(destination);
    }

    /// <summary>
    /// Replaces all numbers. Not recorded: don't change what a tape still needs for going backward.
    /// </summary>
    /// <param name="values"><see cref="Length"/> numbers, row by row.</param>
    /// <exception cref="ArgumentException">Another count, or the elements are integers.</exception>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public void Write(ReadOnlySpan<float> values)
    {
        Require(DType.Float32, nameof(Write));
        RequireCount(values.Length);
        Device.Trace?.Write(this);
        Ops.Write(this, 0, values);
    }

    /// <inheritdoc cref="Write(ReadOnlySpan{float})"/>
    public void Write(ReadOnlySpan<int> values)
    {
        Require(DType.Int32, nameof(Write));
        RequireCount(values.Length);
        Device.Trace?.Write(this);
        Ops.Write(this, 0, values);
    }

    /// <summary>
    /// Replaces all numbers by those of another tensor of this device. Not recorded: don't change what a tape still
    /// needs for going backward.
    /// </summary>
    /// <param name="source">The same shape and type.</param>
    /// <exception cref="ArgumentException">Another shape, type or device.</exception>
    /// <exception cref="ObjectDisposedException">One of the tensors is disposed.</exception>
    public void Write(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        source.Require(DType, nameof(Write));
        RequireOneDevice(nameof(Write), this, source);
        if (Sizes != source.Sizes)
            throw new ArgumentException(
                $"Write: the tensor is {ShapeText}, the source {source.ShapeText}.", nameof(source));
        Device.Trace?.Overwrite(this, source);
        CopyFrom(source);
    }

    /// <summary>Sets every number. Not recorded.</summary>
    /// <exception cref="ArgumentException">The elements are integers.</exception>
    /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
    public void Fill(float value)
    {
        Require(DType.Float32, nameof(Fill));
        Device.Trace?.Write(this);
        Ops.Fill(this, value);
    }

    /// <summary>Takes over the elements of a tensor with as many. Not recorded.</summary>
    internal void CopyFrom(Tensor source) => Ops.Copy(source, this);

    private void RequireCount(int count)
    {
        if (count != Length)
            throw new ArgumentException(
                $"Write: {count} values do not fill the tensor {ShapeText}, which has {Length}.");
    }

    private void RequireRoom(int count)
    {
        if (count < Length)
            throw new ArgumentException(
                $"CopyTo: the tensor {ShapeText} has {Length} elements, the destination {count}.");
    }
}
