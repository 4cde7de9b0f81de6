using NativeRnn.Interop;

namespace NativeRnn;

/// <summary>
/// Numbers in the memory of a device, with up to 8 axes, row-major. Operations give new tensors; when a tape of the
/// device is on, they are recorded and their results belong to the tape.
/// </summary>
/// <remarks>
/// A tensor made without a tape owns its memory: dispose it, or leave that to the garbage collector. A tensor made
/// while a tape is on is invalid once the tape is disposed; <see cref="Dispose"/> does nothing to it before that.
/// Several tensors may lie on the same memory (<see cref="Reshape(ReadOnlySpan{int})"/>, <see cref="Detach"/>): it is
/// freed with the last.
/// </remarks>
public sealed partial class Tensor : IDisposable
{
    private readonly Storage _storage;
    private readonly SharedShape _sharedShape;
    private int _generation;
    private bool _disposed;

    private Tensor(Storage storage, in TensorShape shape)
    {
        _storage = storage;
        _generation = storage.Generation;
        _sharedShape = storage.ShapeOf(shape);
        storage.Share();
    }

    /// <summary>The size of each axis; empty for a single number.</summary>
    public ReadOnlySpan<int> Shape => Sizes.Sizes;

    /// <summary>The number of axes, 0 to 8.</summary>
    public int Rank => Sizes.Rank;

    /// <summary>The number of elements.</summary>
    public long Length => Sizes.Length;

    /// <summary>The type of the elements.</summary>
    public DType DType => _storage.DType;

    /// <summary>Where the elements lie.</summary>
    public Device Device => _storage.Device;

    /// <summary>Whether <see cref="RequireGradient"/> was called: a tape adds into <see cref="Gradient"/>.</summary>
    public bool RequiresGrad => Gradient is not null;

    /// <summary>
    /// What tapes have added up, of the same shape; null unless <see cref="RequiresGrad"/>. Optimisers set it to zero
    /// after use.
    /// </summary>
    public Tensor? Gradient { get; private set; }

    /// <summary>The shape as in error messages.</summary>
    internal string ShapeText => Sizes.ToString();

    internal ref readonly TensorShape Sizes => ref _sharedShape.Value;

    /// <summary>The native memory.</summary>
    /// <exception cref="ObjectDisposedException">The tensor is disposed, or its tape is.</exception>
    internal BufferHandle Buffer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_generation != _storage.Generation)
                throw new ObjectDisposedException(
                    nameof(Tensor),
                    $"This tensor {ShapeText} was made while a tape was on, and the tape has ended. " +
                    "Clone what is to be kept before the tape is disposed.");
            return _storage.Buffer;
        }
    }

    /// <summary>Which recording it is an output of, and where its gradient goes; -1 for none.</summary>
    internal long TapeId { get; private set; }

    internal int Slot { get; private set; } = -1;

    /// <summary>
    /// Makes this a tensor whose gradient is wanted: <see cref="Gradient"/> becomes zeros of the same shape.
    /// Not for results that a tape has recorded.
    /// </summary>
    /// <returns>This tensor.</returns>
    /// <exception cref="ArgumentException">The elements are integers.</exception>
    /// <exception cref="InvalidOperationException">It belongs to a tape.</exception>
    public Tensor RequireGradient()
    {
        Require(DType.Float32, nameof(RequireGradient));
        if (_storage.IsPooled)
            throw new InvalidOperationException(
                "RequireGradient: this tensor was made while a tape was on and ends with it. " +
                "Make it before, or Clone it first.");
        Gradient ??= NewOwned(Shape, Device);
        return this;
    }

    /// <summary>
    /// Gives the memory back, unless another tensor lies on it too or a tape owns it; <see cref="Gradient"/> too.
    /// Twice is once.
    /// </summary>
    public void Dispose()
    {
        // What is traced is read once all is computed; then the garbage collector takes it.
        if (_storage.IsPooled || Device.Trace is not null || Interlocked.Exchange(ref _disposed, true))
            return;
        _storage.Release();
        Gradient?.Dispose();
    }

    /// <summary>The shape and the first numbers, for people: <c>Tensor [2,3] { 1, 2, 3, 4, 5, 6 }</c>.</summary>
    public override string ToString()
    {
        const int Most = 8;
        if (_disposed || _generation != _storage.Generation)
            return $"Tensor {ShapeText} (disposed)";
        int count = (int)Math.Min(Length, Most);
        string numbers;
        if (DType == DType.Float32)
        {
            Span<float> first = stackalloc float[Most];
            Ops.Read(this, 0, first[..count]);
            numbers = string.Join(", ", first[..count].ToArray());
        }
        else
        {
            Span<int> first = stackalloc int[Most];
            Ops.Read(this, 0, first[..count]);
            numbers = string.Join(", ", first[..count].ToArray());
        }
        return $"Tensor {ShapeText} {{ {numbers}{(Length > Most ? ", ..." : "")} }}";
    }

    /// <summary>Memory for a result: the tape's while one is on, else its own. The content is not defined.</summary>
    internal static Tensor Empty(ReadOnlySpan<int> shape, Device device, DType dtype = DType.Float32) =>
        Empty(new TensorShape(shape), device, dtype);

    /// <inheritdoc cref="Empty(ReadOnlySpan{int}, Device, DType)"/>
    internal static Tensor Empty(in TensorShape shape, Device device, DType dtype = DType.Float32)
    {
        if (device.ActiveTape is not { } tape)
            return new Tensor(Storage.Create(device, dtype, shape.Length, isPooled: false), shape);
        Storage storage = device.Pool.Rent(dtype, shape.Length);
        return tape.IsWalking ? storage.Scratch(shape) : new Tensor(storage, shape);
    }

    /// <summary>
    /// As <see cref="Empty(ReadOnlySpan{int}, Device, DType)"/>, for a tensor that never leaves the library: while a tape
    /// is on, the object is used again by later tapes.
    /// </summary>
    internal static Tensor Scratch(ReadOnlySpan<int> shape, Device device)
    {
        var sizes = new TensorShape(shape);
        return device.ActiveTape is null
            ? Empty(sizes, device)
            : device.Pool.Rent(DType.Float32, sizes.Length).Scratch(sizes);
    }

    internal static Tensor On(Storage storage, in TensorShape shape) => new(storage, shape);

    /// <summary>Makes a scratch tensor valid again, as if it were new.</summary>
    internal void Renew()
    {
        _generation = _storage.Generation;
        MarkRecorded(0, -1);
    }

    /// <summary>Zeros in memory of its own, also while a tape is on.</summary>
    internal static Tensor NewOwned(ReadOnlySpan<int> shape, Device device, DType dtype = DType.Float32)
    {
        var sizes = new TensorShape(shape);
        return new Tensor(Storage.Create(device, dtype, sizes.Length, isPooled: false), sizes);
    }

    /// <summary>Another tensor on the same memory; the same number of elements. Not recorded.</summary>
    internal Tensor Alias(ReadOnlySpan<int> shape)
    {
        _ = Buffer;
        return new Tensor(_storage, new TensorShape(shape));
    }

    /// <summary>Itself, or another tensor on the same memory, of a shape with as many elements. Not recorded.</summary>
    internal Tensor WithShape(in TensorShape shape) => shape == Sizes ? this : Alias(shape.Sizes);

    /// <summary>
    /// A tensor on elements <paramref name="offset"/> and following of the same memory. Not recorded; not for tensors
    /// of a tape.
    /// </summary>
    internal Tensor View(long offset, ReadOnlySpan<int> shape)
    {
        if (_storage.IsPooled)
            throw new InvalidOperationException("View: the tensor belongs to a tape.");
        var sizes = new TensorShape(shape);
        BufferHandle slice = Ops.BufferSlice(Buffer, offset, sizes.Length);
        return new Tensor(new Storage(Device, DType, sizes.Length, slice, isPooled: false), sizes);
    }

    internal void MarkRecorded(long tapeId, int slot) => (TapeId, Slot) = (tapeId, slot);

    internal void Require(DType dtype, string operation)
    {
        _ = Buffer;
        if (DType != dtype)
            throw new ArgumentException($"{operation} needs a tensor of {dtype}, got {DType} {ShapeText}.");
    }

    internal static void RequireOneDevice(string operation, Tensor a, Tensor b)
    {
        if (!ReferenceEquals(a.Device, b.Device))
            throw new ArgumentException(
                $"{operation}: the tensors {a.ShapeText} and {b.ShapeText} are on different devices.");
    }
}
