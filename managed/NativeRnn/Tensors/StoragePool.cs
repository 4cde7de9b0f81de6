using System.Numerics;
using System.Runtime.InteropServices;

namespace NativeRnn;

/// <summary>
/// The memory that the tapes of a device take in turn. Buffers are kept by exact length, since the steps of a training
/// run repeat their shapes: after the first step nothing is allocated. Large ones may serve for somewhat less than they
/// hold, so that batches of sequences, each of another length, share them too. What is kept but not in use stays below
/// twice the most that one tape has used; beyond it the lengths that were not used for longest are freed.
/// </summary>
internal sealed class StoragePool(Device device)
{
    // The system gives a large buffer fresh pages, which it clears first: 7 to 11 % of the time of a translation's
    // training, whose logits are 20 to 40 MB and of another length in each batch.
    private const long LargeLength = 1 << 18;

    // So many lengths of large buffers from one power of two to the next: at most an eighth is not used.
    private const long LengthsPerOctave = 8;

    private readonly Dictionary<(DType DType, long Length), Shelf> _shelves = [];
    private readonly List<Storage> _used = [];
    private long _usedElements;
    private long _mostUsedElements;
    private long _idleElements;
    private long _tapes;
    private bool _closed;

    /// <summary>How many buffers it holds, used and idle.</summary>
    internal int Count { get; private set; }

    /// <summary>The most elements that one tape which has ended has used at a time.</summary>
    internal long MostUsed => _mostUsedElements;

    /// <summary>A storage whose content is not defined, until <see cref="ReturnAll"/>.</summary>
    internal Storage Rent(DType dtype, long length)
    {
        long capacity = CapacityFor(length);
        Shelf shelf = ShelfOf(dtype, capacity);
        if (shelf.Idle.TryPop(out Storage? storage))
        {
            _idleElements -= capacity;
            storage = storage.Length == length ? storage : storage.WithLength(length);
        }
        else
        {
            storage = Storage.Create(device, dtype, length, capacity);
            Count++;
        }
        shelf.LastUse = _tapes;
        _used.Add(storage);
        _usedElements += capacity;
        return storage;
    }

    /// <summary>Ends a tape: takes back everything that was rented, and frees what is too much.</summary>
    internal void ReturnAll()
    {
        foreach (Storage storage in _used)
        {
            storage.Expire();
            if (_closed)
                storage.Free();
            else
                ShelfOf(storage.DType, storage.Capacity).Idle.Push(storage);
        }
        _mostUsedElements = Math.Max(_mostUsedElements, _usedElements);
        _idleElements += _usedElements;
        _usedElements = 0;
        _used.Clear();
        _tapes++;
        Trim();
    }

    /// <summary>Frees the memory, now or, of what is rented, when it comes back.</summary>
    internal void Close()
    {
        _closed = true;
        foreach (Shelf shelf in _shelves.Values)
            Free(shelf);
        _shelves.Clear();
    }

    private static long CapacityFor(long length)
    {
        if (length < LargeLength)
            return length;
        long step = (1L << BitOperations.Log2((ulong)length)) / LengthsPerOctave;
        return (length + step - 1) / step * step;
    }

    private Shelf ShelfOf(DType dtype, long length)
    {
        ref Shelf? shelf = ref CollectionsMarshal.GetValueRefOrAddDefault(_shelves, (dtype, length), out _);
        return shelf ??= new Shelf();
    }

    private void Trim()
    {
        while (_idleElements > 2 * _mostUsedElements)
        {
            (DType, long) oldest = _shelves.MinBy(static shelf => shelf.Value.LastUse).Key;
            Free(_shelves[oldest]);
            _shelves.Remove(oldest);
        }
    }

    private void Free(Shelf shelf)
    {
        while (shelf.Idle.TryPop(out Storage? storage))
        {
            _idleElements -= storage.Capacity;
            Count--;
            storage.Free();
        }
    }

    private sealed class Shelf
    {
        internal Stack<Storage> Idle { get; } = new();

        internal long LastUse { get; set; }
    }
}
