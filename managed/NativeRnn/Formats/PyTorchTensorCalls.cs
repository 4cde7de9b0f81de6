namespace NativeRnn.Formats;

/// <summary>Makes tensors of storages, as a pickle describes them.</summary>
internal static class PyTorchTensorCalls
{
    // Of one tensor, so that its floats fit into a span.
    private const long MaxLength = int.MaxValue / sizeof(double);

    /// <summary>
    /// (storage, offset, sizes, strides, requires_grad, backward_hooks[, metadata]): element [i, j] is number
    /// offset + i stride0 + j stride1 of the storage.
    /// </summary>
    internal static PyTorchValue Tensor(PyTorchCall call)
    {
        call.RequireCount(6, 7);
        PyTorchStorage storage = call[0].Content as PyTorchStorage ?? throw call.Wrong(0, "a storage");
        if (call.Count == 7 && call[6].Kind != PyTorchValueKind.None && call[6].Count > 0)
        {
            throw call.Fail("tensors with metadata (conjugated or negated views) are not read");
        }

        TensorShape shape = Shape(call, call.AxisNumbers(2));
        long[] strides = call.AxisNumbers(3);
        if (strides.Length != shape.Rank || Array.Exists(strides, stride => stride < 0))
        {
            throw call.Fail(
                $"the shape {shape} has the strides [{string.Join(',', strides)}]; each axis needs one of at least 0");
        }

        long offset = call.Int64(1);
        RequireInside(call, storage, shape, strides, offset);
        call.Stack.ChargeTensor(storage, shape.Length);
        return PyTorchValue.Tensor(new PyTorchTensor(storage, shape, strides, offset));
    }

    /// <summary>(tensor, requires_grad, backward_hooks): the tensor.</summary>
    internal static PyTorchValue Parameter(PyTorchCall call)
    {
        call.RequireCount(3, 3);
        return call[0].Kind == PyTorchValueKind.Tensor ? call[0] : throw call.Wrong(0, "a tensor");
    }

    private static TensorShape Shape(PyTorchCall call, long[] sizes)
    {
        long length = 1;
        bool fits = true;
        foreach (long size in sizes)
        {
            fits = fits && size >= 0 && size <= MaxLength;
            length = fits ? length * size : 0;
            fits = fits && length <= MaxLength;
        }

        return fits
            ? new TensorShape([.. sizes.Select(size => (int)size)])
            : throw call.Fail(
                $"the shape is [{string.Join(',', sizes)}]; sizes of at least 0 with {MaxLength} elements in " +
                "all are read");
    }

    private static void RequireInside(
        PyTorchCall call, PyTorchStorage storage, in TensorShape shape, long[] strides, long offset)
    {
        Int128 last = offset;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            last += (Int128)Math.Max(0, shape[axis] - 1) * strides[axis];
        }

        bool inside = shape.Length == 0 ? offset <= storage.Length : last < storage.Length;
        if (offset < 0 || !inside)
        {
            throw call.Fail(
                $"the shape {shape} with the strides [{string.Join(',', strides)}] goes from element {offset} to " +
                $"{last} of {storage}, which has {storage.Length}");
        }
    }
}
