namespace NativeRnn.Formats;

/// <summary>
/// Reads a pickle as torch.save writes it. It runs nothing of the file: opcodes and globals that are not on its lists
/// are refused by name, and calls go to functions of this library only.
/// </summary>
internal sealed partial class PyTorchUnpickler
{
    private const int NewestProtocol = 5;

    private readonly PyTorchPickleBytes _bytes;
    private readonly PyTorchPickleStack _stack;
    private readonly Func<PyTorchStorageId, PyTorchStorage> _findStorage;

    private PyTorchUnpickler(PyTorchPickleBytes bytes, Func<PyTorchStorageId, PyTorchStorage> findStorage)
    {
        _bytes = bytes;
        _stack = new PyTorchPickleStack(bytes);
        _findStorage = findStorage;
    }

    /// <summary>Reads a whole pickle.</summary>
    /// <param name="bytes">The pickle.</param>
    /// <param name="findStorage">Finds what a persistent id stands for; its exceptions go through.</param>
    /// <exception cref="ModelFormatException">It is damaged, or has something that is not read.</exception>
    internal static PyTorchValue Read(PyTorchPickleBytes bytes, Func<PyTorchStorageId, PyTorchStorage> findStorage)
    {
        PyTorchUnpickler unpickler = new(bytes, findStorage);
        for (byte opcode = bytes.ReadOpcode(); opcode != PyTorchOpcode.Stop; opcode = bytes.ReadOpcode())
        {
            unpickler.Run(opcode);
        }

        PyTorchValue root = unpickler._stack.Pop();
        if (unpickler._stack.Count > 0 || bytes.Left > 0)
        {
            throw bytes.Fail(
                $"STOP leaves {unpickler._stack.Count} more values on the stack and {bytes.Left} bytes unread");
        }

        PyTorchTree.Check(root, bytes);
        return root;
    }

    private void Run(byte opcode)
    {
        bool known = PushScalar(opcode) || PushText(opcode) || BuildTuple(opcode) || BuildContainer(opcode)
            || UseMemo(opcode) || UseGlobal(opcode);
        if (!known)
        {
            string name = PyTorchOpcode.RefusedName(opcode) is string refused
                ? $"the opcode {refused} (0x{opcode:x2}) is refused"
                : $"there is no opcode 0x{opcode:x2}";
            throw _bytes.Fail($"{name}; torch.save writes none such");
        }
    }

    private bool PushScalar(byte opcode)
    {
        PyTorchValue? value = opcode switch
        {
            PyTorchOpcode.None => default(PyTorchValue),
            PyTorchOpcode.True => PyTorchValue.True,
            PyTorchOpcode.False => PyTorchValue.False,
            PyTorchOpcode.Byte => PyTorchValue.Integer(_bytes.ReadByte()),
            PyTorchOpcode.UInt16 => PyTorchValue.Integer(_bytes.ReadUInt16()),
            PyTorchOpcode.Int32 => PyTorchValue.Integer(_bytes.ReadInt32()),
            PyTorchOpcode.Long1 => PyTorchValue.Integer(
                new System.Numerics.BigInteger(_bytes.Read(_bytes.ReadByte()))),
            PyTorchOpcode.Double => PyTorchValue.Number(_bytes.ReadDouble()),
            _ => null,
        };
        if (value is PyTorchValue scalar)
        {
            _stack.Push(scalar);
        }

        return value is not null;
    }

    private bool PushText(byte opcode)
    {
        ulong? length = opcode switch
        {
            PyTorchOpcode.ShortText or PyTorchOpcode.ShortBytes => _bytes.ReadByte(),
            PyTorchOpcode.Text or PyTorchOpcode.Bytes => _bytes.ReadUInt32(),
            PyTorchOpcode.Text8 or PyTorchOpcode.Bytes8 => _bytes.ReadUInt64(),
            _ => null,
        };
        if (length is not ulong count)
        {
            return false;
        }

        ReadOnlySpan<byte> content = _bytes.Read(count);
        _stack.Charge((int)Math.Min(2L * content.Length, int.MaxValue));
        _stack.Push(opcode is PyTorchOpcode.Text or PyTorchOpcode.ShortText or PyTorchOpcode.Text8
            ? PyTorchValue.Text(_bytes.Decode(content))
            : PyTorchValue.Bytes(content.ToArray()));
        return true;
    }

    private bool BuildTuple(byte opcode)
    {
        switch (opcode)
        {
            case PyTorchOpcode.EmptyTuple:
                _stack.Push(PyTorchValue.EmptyTuple);
                return true;
            case PyTorchOpcode.Tuple:
                PushTuple(_stack.PopMarked());
                return true;
            case PyTorchOpcode.Tuple1 or PyTorchOpcode.Tuple2 or PyTorchOpcode.Tuple3:
                PyTorchValue[] items = new PyTorchValue[opcode - PyTorchOpcode.Tuple1 + 1];
                for (int index = items.Length - 1; index >= 0; index--)
                {
                    items[index] = _stack.Pop();
                }

                PushTuple(items);
                return true;
            default:
                return false;
        }
    }

    private void PushTuple(PyTorchValue[] items)
    {
        _stack.ChargeTuple();
        _stack.Push(PyTorchValue.Tuple(items));
    }

    private bool BuildContainer(byte opcode)
    {
        switch (opcode)
        {
            case PyTorchOpcode.Mark:
                _stack.Mark();
                return true;
            case PyTorchOpcode.EmptyList:
                PushContainer(PyTorchValue.List());
                return true;
            case PyTorchOpcode.EmptySet:
                PushContainer(PyTorchValue.Set());
                return true;
            case PyTorchOpcode.EmptyDictionary:
                PushContainer(PyTorchValue.Dictionary(PyTorchDictionaryKind.Plain));
                return true;
            case PyTorchOpcode.Append:
                AddItems(PyTorchValueKind.List, [_stack.Pop()]);
                return true;
            case PyTorchOpcode.Appends:
                AddItems(PyTorchValueKind.List, _stack.PopMarked());
                return true;
            case PyTorchOpcode.AddItems:
                AddItems(PyTorchValueKind.Set, _stack.PopMarked());
                return true;
            case PyTorchOpcode.FrozenSet:
                PyTorchValue[] items = _stack.PopMarked();
                PushContainer(PyTorchValue.Set());
                AddItems(PyTorchValueKind.Set, items);
                return true;
            case PyTorchOpcode.SetItem:
                PyTorchValue value = _stack.Pop();
                SetEntries([_stack.Pop(), value]);
                return true;
            case PyTorchOpcode.SetItems:
                SetEntries(_stack.PopMarked());
                return true;
            default:
                return false;
        }
    }

    // An empty container's objects take about as much as an entry.
    private void PushContainer(in PyTorchValue container)
    {
        _stack.ChargeEntry();
        _stack.Push(container);
    }

    private void AddItems(PyTorchValueKind kind, PyTorchValue[] items)
    {
        PyTorchValue container = _stack.Peek();
        if (container.Kind != kind)
        {
            throw _bytes.Fail($"items should go to a {kind}, but the stack has {container}");
        }

        container.ToList().AddRange(items);
    }

    private void SetEntries(PyTorchValue[] keysAndValues)
    {
        PyTorchValue dictionary = _stack.Peek();
        if (dictionary.Kind != PyTorchValueKind.Dictionary || keysAndValues.Length % 2 != 0)
        {
            throw _bytes.Fail($"{keysAndValues.Length} keys and values should go to a dictionary, but the stack has " +
                $"{dictionary}");
        }

        for (int index = 0; index < keysAndValues.Length; index += 2)
        {
            if (!PyTorchDictionary.IsKey(keysAndValues[index]))
            {
                throw _bytes.Fail($"a dictionary's key is {keysAndValues[index]}; texts and numbers are read");
            }

            _stack.ChargeEntry();
            dictionary.ToDictionary().Set(keysAndValues[index], keysAndValues[index + 1]);
        }
    }

    private bool UseMemo(byte opcode)
    {
        switch (opcode)
        {
            case PyTorchOpcode.Put:
                _stack.Memoize(_bytes.ReadByte());
                return true;
            case PyTorchOpcode.LongPut:
                _stack.Memoize(_bytes.ReadUInt32());
                return true;
            case PyTorchOpcode.Memoize:
                _stack.Memoize();
                return true;
            case PyTorchOpcode.Get:
                _stack.Push(_stack.Recall(_bytes.ReadByte()));
                return true;
            case PyTorchOpcode.LongGet:
                _stack.Push(_stack.Recall(_bytes.ReadUInt32()));
                return true;
            case PyTorchOpcode.Protocol:
                RequireProtocol(_bytes.ReadByte());
                return true;
            case PyTorchOpcode.Frame:
                RequireFrame(_bytes.ReadUInt64());
                return true;
            default:
                return false;
        }
    }

    private void RequireProtocol(int protocol)
    {
        if (protocol > NewestProtocol)
        {
            throw _bytes.Fail($"the pickle's protocol is {protocol}; up to {NewestProtocol} are read");
        }
    }

    private void RequireFrame(ulong length)
    {
        if (length > (ulong)_bytes.Left)
        {
            throw _bytes.Fail($"a frame of {length} bytes; {_bytes.Left} are left: the pickle is truncated");
        }
    }
}
