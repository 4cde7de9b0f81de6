using System.Runtime.InteropServices;

namespace NativeRnn.Formats;

/// <summary>
/// The stack, marks and memo of an unpickler, and what it may take in memory. None of it trusts the pickle.
/// </summary>
internal sealed class PyTorchPickleStack(PyTorchPickleBytes bytes)
{
    /// <summary>A reckoning of the memory of all values that a pickle makes, in bytes.</summary>
    internal const int MaxMemory = 20 << 20;

    // What each takes with its place in a list or dictionary, roughly, and lists grow by doubling.
    private const int ValueMemory = 48;
    private const int TupleMemory = 96;
    private const int EntryMemory = 160;
    private const int TensorMemory = 256;

    // Tensors may share storages or elements, but not so often that they take far more than the file.
    private const int MaxSharing = 4;
    private const long FreeElements = 1 << 20;

    private readonly List<PyTorchValue> _values = [];
    private readonly List<int> _marks = [];
    private readonly List<PyTorchValue> _memo = [];
    private readonly HashSet<PyTorchStorage> _storages = new(ReferenceEqualityComparer.Instance);
    private int _memory;
    private long _storageElements;
    private long _tensorElements;

    private int LastMark => _marks.Count > 0 ? _marks[^1] : 0;

    internal int Count => _values.Count;

    /// <summary>Reckons memory that a value takes beside its place.</summary>
    internal void Charge(int memory)
    {
        if (memory > MaxMemory - _memory)
        {
            throw bytes.Fail($"the values of the pickle take more than {MaxMemory} bytes of memory");
        }

        _memory += memory;
    }

    /// <summary>Reckons an entry of a dictionary.</summary>
    internal void ChargeEntry() => Charge(EntryMemory);

    /// <summary>Reckons a tuple's own object.</summary>
    internal void ChargeTuple() => Charge(TupleMemory);

    /// <summary>Reckons a tensor and its elements.</summary>
    internal void ChargeTensor(PyTorchStorage storage, long length)
    {
        Charge(TensorMemory);
        _storageElements += _storages.Add(storage) ? storage.Length : 0;
        _tensorElements += length;
        if (_tensorElements > (MaxSharing * _storageElements) + FreeElements)
        {
            throw bytes.Fail(
                $"the tensors up to this one have {_tensorElements} elements, but lie on storages of " +
                $"{_storageElements}; at most {MaxSharing} times as many and {FreeElements} are read");
        }
    }

    /// <summary>Reckons values that are copied.</summary>
    internal void ChargeItems(int count) => Charge((int)Math.Min((long)count * ValueMemory, int.MaxValue));

    internal void Push(in PyTorchValue value)
    {
        Charge(ValueMemory);
        _values.Add(value);
    }

    internal PyTorchValue Pop()
    {
        PyTorchValue top = Peek();
        _values.RemoveAt(_values.Count - 1);
        return top;
    }

    internal PyTorchValue Peek() => _values.Count > LastMark
        ? _values[^1]
        : throw bytes.Fail("the opcode takes a value, but the stack is empty down to the last mark");

    internal void Mark()
    {
        Charge(ValueMemory);
        _marks.Add(_values.Count);
    }

    /// <summary>Takes all values above the last mark, and the mark.</summary>
    internal PyTorchValue[] PopMarked()
    {
        if (_marks.Count == 0)
        {
            throw bytes.Fail("the opcode takes values down to a mark, but there is none");
        }

        int mark = LastMark;
        PyTorchValue[] items = CollectionsMarshal.AsSpan(_values)[mark..].ToArray();
        _values.RemoveRange(mark, items.Length);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    /// <summary>Remembers the top: picklers count the memo's slots from 0.</summary>
    internal void Memoize(uint slot)
    {
        if (slot > _memo.Count)
        {
            throw bytes.Fail($"a value is put into slot {slot} of the memo; the next one is {_memo.Count}");
        }

        Charge(ValueMemory);
        if (slot == _memo.Count)
        {
            _memo.Add(Peek());
        }
        else
        {
            _memo[(int)slot] = Peek();
        }
    }

    internal void Memoize() => Memoize((uint)_memo.Count);

    internal PyTorchValue Recall(uint slot) => slot < _memo.Count
        ? _memo[(int)slot]
        : throw bytes.Fail($"the memo has no value {slot}");
}
