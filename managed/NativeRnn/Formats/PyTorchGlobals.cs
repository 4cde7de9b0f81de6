namespace NativeRnn.Formats;

/// <summary>
/// All that a pickle may name. What stands here makes tensors, containers, numbers and names, by code of this library;
/// everything else is refused.
/// </summary>
internal static class PyTorchGlobals
{
    private const int MaxDeviceName = 32;

    private static readonly string[] Types =
    [
        "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "strided",
        "contiguous_format", "preserve_format",
    ];

    private static readonly Dictionary<string, PyTorchGlobal> All = Make().ToDictionary(
        global => global.Name, StringComparer.Ordinal);

    /// <summary>Finds a global; null: it is not on the list.</summary>
    internal static PyTorchGlobal? Find(string name) => All.GetValueOrDefault(name);

    private static IEnumerable<PyTorchGlobal> Make() =>
    [
        .. PyTorchElement.Types.Select(type => new PyTorchGlobal(type.StorageName, type)),
        .. Types.Select(type => new PyTorchGlobal($"torch.{type}")),
        new("torch._utils._rebuild_tensor_v2", Call: PyTorchTensorCalls.Tensor),
        new("torch._utils._rebuild_parameter", Call: PyTorchTensorCalls.Parameter),
        new("torch.Size", Call: Size),
        new("torch.device", Call: DeviceName),
        new("collections.OrderedDict", Call: OrderedDictionary),
        new("collections.Counter", Call: Counter),
        new(PyTorchGlobal.NamespaceName),
        new("__builtin__.set", Call: Set),
        new("builtins.set", Call: Set),
        new("__builtin__.frozenset", Call: Set),
        new("builtins.frozenset", Call: Set),
        new("_codecs.encode", Call: NumpyCalls.Encode),
        new("numpy.dtype", Call: NumpyCalls.Type),
        new("numpy.core.multiarray.scalar", Call: NumpyCalls.Scalar),
        new("numpy._core.multiarray.scalar", Call: NumpyCalls.Scalar),
    ];

    private static PyTorchValue Size(PyTorchCall call)
    {
        call.RequireCount(1, 1);
        return PyTorchValue.Tuple(call.Tuple(0));
    }

    private static PyTorchValue DeviceName(PyTorchCall call)
    {
        call.RequireCount(1, 2);
        string name = call.Text(0);
        return name.Length <= MaxDeviceName
            ? PyTorchValue.Name(call.Count == 1 ? name : $"{name}:{call.Int64(1)}")
            : throw call.Fail($"a name of {name.Length} characters; at most {MaxDeviceName} are read");
    }

    // Newer pickles set the entries of an empty one; older ones hand over a list of pairs.
    private static PyTorchValue OrderedDictionary(PyTorchCall call)
    {
        call.RequireCount(0, 1);
        PyTorchValue made = PyTorchValue.Dictionary(PyTorchDictionaryKind.Ordered);
        foreach (PyTorchValue pair in call.Count == 0 ? [] : call.List(0))
        {
            if (pair.Count != 2 || pair.Kind is PyTorchValueKind.Dictionary)
            {
                throw call.Fail($"an entry is {pair}, should be a key and a value");
            }

            call.SetEntry(made, pair.Items[0], pair.Items[1]);
        }

        return made;
    }

    private static PyTorchValue Counter(PyTorchCall call)
    {
        call.RequireCount(1, 1);
        PyTorchValue made = PyTorchValue.Dictionary(PyTorchDictionaryKind.Plain);
        foreach ((PyTorchValue key, PyTorchValue value) in call.Dictionary(0))
        {
            call.SetEntry(made, key, value);
        }

        return made;
    }

    private static PyTorchValue Set(PyTorchCall call)
    {
        call.RequireCount(0, 1);
        PyTorchValue made = PyTorchValue.Set();
        if (call.Count == 1)
        {
            call.AddItems(made, call.List(0));
        }

        return made;
    }
}
