using NativeRnn.Interop;

namespace NativeRnn;

/// <summary>
/// Something that computes: the processor with a pool of threads, or a GPU. Tensors, layers and tapes belong to one
/// device. Use a device from one thread at a time; different devices are independent.
/// </summary>
public sealed class Device : IDisposable
{
    private const string DefaultVariable = "NATIVERNN_DEVICE";

    private static readonly Lazy<Device> SharedDefault =
        new(static () => OpenAny(DefaultOptions(), isShared: true));

    private readonly bool _isShared;
    private readonly DeviceProperties _properties;
    private int _traces;

    private Device(DeviceOptions options, MatrixPrecision precision, bool isShared)
    {
        _isShared = isShared;
        Handle = Ops.DeviceOpen(new DeviceConfig
        {
            Kind = (int)options.Kind,
            Index = options.Index,
            Threads = options.Threads,
            CpuTarget = (int)options.CpuTarget,
            Precision = (int)precision,
        });
        _properties = Ops.DeviceDescribe(Handle);
        Pool = new StoragePool(this);
        Memory = new TapeMemory();
    }

    /// <summary>
    /// The CPU with all its cores, or what the environment variable NATIVERNN_DEVICE names: <c>cpu</c>, <c>cuda</c> or
    /// <c>cuda:1</c>. Opened when it is first asked for. Disposing it does nothing.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// NATIVERNN_DEVICE names no device, or the environment variable NATIVERNN_CPU no instruction set.
    /// </exception>
    /// <exception cref="NotSupportedException">NATIVERNN_DEVICE names a GPU that is not there; the message says why.</exception>
    /// <exception cref="DllNotFoundException">The native library can't be loaded; the message says why.</exception>
    /// <exception cref="NativeRnnException">The native library has another version.</exception>
    public static Device Default => SharedDefault.Value;

    /// <summary>
    /// How many GPUs <see cref="Cuda"/> can open; 0 where the library nativernn_cuda, the driver or a GPU is missing, and
    /// <see cref="CudaStatus"/> says which. Asks anew each time.
    /// </summary>
    /// <exception cref="DllNotFoundException">The native library can't be loaded; the message says why.</exception>
    public static int CudaCount => Ops.CudaCount().Count;

    /// <summary>What there is of CUDA, for people: <c>1 GPU</c>, or why there is none.</summary>
    /// <exception cref="DllNotFoundException">The native library can't be loaded; the message says why.</exception>
    public static string CudaStatus => Ops.CudaCount() switch
    {
        (_, string problem) => problem,
        (1, _) => "1 GPU",
        (int count, _) => $"{count} GPUs",
    };

    /// <summary>Native objects (devices, buffers, plans, weights, streams) that are alive in this process.</summary>
    public static long LiveNativeObjects => Ops.LiveObjects();

    /// <summary>What it computes with.</summary>
    public DeviceKind Kind => (DeviceKind)_properties.Kind;

    /// <summary>Which device of its kind, from 0.</summary>
    public int Index => _properties.Index;

    /// <summary>Threads of the pool, the calling one included; 0 of a GPU.</summary>
    public int Threads => _properties.Threads;

    /// <summary>The instruction set of the kernels, for people: <c>Avx512</c>; of a GPU <c>sm_90</c>.</summary>
    public string InstructionSet => Kind == DeviceKind.Cpu
        ? ((CpuTarget)_properties.CpuTarget).ToString()
        : $"sm_{ComputeCapability}";

    /// <summary>What the operands of matrix products are rounded to.</summary>
    public MatrixPrecision Precision => (MatrixPrecision)_properties.Precision;

    /// <summary>Of a GPU, 10 times the major number plus the minor one: 90 for 9.0. 0 of the CPU.</summary>
    public int ComputeCapability => _properties.ComputeCapability;

    /// <summary>Multiprocessors of a GPU; 0 of the CPU.</summary>
    public int Multiprocessors => _properties.Multiprocessors;

    /// <summary>All the memory that a GPU has; 0 of the CPU.</summary>
    public long MemoryBytes => _properties.MemoryBytes;

    /// <summary>
    /// Whether calls queue their work and return, so that it pays to have the next work ready. Tests set it, to see
    /// without a GPU what is done then.
    /// </summary>
    internal bool QueuesWork
    {
        get => field || Kind == DeviceKind.Cuda;
        set;
    }

    internal DeviceHandle Handle { get; }

    internal StoragePool Pool { get; }

    internal TapeMemory Memory { get; }

    /// <summary>What is told of this thread's operations, or null: nothing.</summary>
    internal OperationTrace? Trace => Volatile.Read(ref _traces) == 0 ? null : OperationTrace.Of(this);

    /// <summary>The tape that is on, or null.</summary>
    internal GradientTape? ActiveTape { get; private set; }

    /// <summary>Opens the CPU with a pool of threads of its own.</summary>
    /// <param name="threads">The calling thread included, 0 to 1024; 0 takes one for each CPU of the process.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="threads"/> is out of range, or the environment variable NATIVERNN_CPU names no instruction set.
    /// </exception>
    /// <exception cref="NotSupportedException">NATIVERNN_CPU names one that this machine or build lacks.</exception>
    public static Device Cpu(int threads = 0) => Open(new DeviceOptions { Threads = threads });

    /// <summary>Opens a GPU.</summary>
    /// <param name="index">Which one, from 0.</param>
    /// <param name="precision">
    /// What the operands of matrix products are rounded to. Null: as cuDNN, and with it PyTorch's recurrent layers, do where
    /// nothing else is asked for, <see cref="MatrixPrecision.TensorFloat32"/> on a GPU that has it (compute capability 8.0
    /// and later) and else <see cref="MatrixPrecision.Float32"/>. Take Float32 for results as close to the CPU's as can be.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="index"/> or <paramref name="precision"/> is out of range.</exception>
    /// <exception cref="NotSupportedException">
    /// There is no such GPU, or it lacks the precision. Where the library nativernn_cuda, the driver or any GPU is missing
    /// the message says which; the CPU can be used as before.
    /// </exception>
    /// <exception cref="NativeRnnException">The GPU failed.</exception>
    public static Device Cuda(int index = 0, MatrixPrecision? precision = null) =>
        Open(new DeviceOptions { Kind = DeviceKind.Cuda, Index = index, Precision = precision });

    /// <summary>Opens a device.</summary>
    /// <param name="options">Which one, and how.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of range, or the environment variable NATIVERNN_CPU names no instruction set.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// This machine or build has no such device, instruction set or precision.
    /// </exception>
    /// <exception cref="NativeRnnException">A GPU failed.</exception>
    public static Device Open(DeviceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return OpenAny(options, isShared: false);
    }

    /// <summary>
    /// Starts a tape: from now on, what is computed on this device takes its memory from the tape's arena, which the
    /// next tape uses again, and is recorded for <see cref="GradientTape.Backward(Tensor)"/>. Tensors made meanwhile
    /// are invalid when the tape is disposed; <see cref="Tensor.Clone"/> keeps one.
    /// </summary>
    /// <param name="gradients">False: nothing is recorded, only the memory is reused (evaluation, generation).</param>
    /// <exception cref="InvalidOperationException">A tape of this device is on already.</exception>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    public GradientTape Record(bool gradients = true)
    {
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        if (ActiveTape is not null)
            throw new InvalidOperationException(
                "A tape of this device is on already: dispose it before the next one starts.");
        return ActiveTape = new GradientTape(this, gradients);
    }

    /// <summary>
    /// Measures what the device can do at most with its threads and its instruction set: the floor of the time that any
    /// computation takes. The best of several short runs, about half a second in all; other work on the machine lowers
    /// the figures.
    /// </summary>
    /// <param name="workingSetBytes">
    /// What each thread (of a GPU: each multiprocessor, all of them at most a quarter of its memory) reads over and over,
    /// 2^10 to 2^30 bytes: decides from which level of cache, or from memory, it comes. Allocated for the call.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="workingSetBytes"/> is out of range.</exception>
    /// <exception cref="OutOfMemoryException">There is not so much memory for each thread.</exception>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    public DeviceLimits MeasureLimits(long workingSetBytes)
    {
        Interop.DeviceLimits limits = Ops.DeviceMeasure(Handle, workingSetBytes);
        return new DeviceLimits(limits.Gflops, limits.GigabytesPerSecond);
    }

    /// <summary>Waits until all queued work is done.</summary>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    /// <exception cref="NativeRnnException">Queued work has failed.</exception>
    public void Synchronize() => Ops.DeviceSynchronize(Handle);

    /// <summary>
    /// Ends the tape that is on and closes the device. Its tensors can still be read; nothing new can be made. Twice is
    /// once; <see cref="Default"/> stays open.
    /// </summary>
    public void Dispose()
    {
        if (_isShared)
            return;
        ActiveTape?.Dispose();
        Pool.Close();
        Handle.Dispose();
    }

    /// <summary>A trace of some thread begins, or ends with -1.</summary>
    internal void CountTrace(int change) => Interlocked.Add(ref _traces, change);

    internal void EndTape(GradientTape tape)
    {
        if (ReferenceEquals(ActiveTape, tape))
            ActiveTape = null;
    }

    private static Device OpenAny(DeviceOptions options, bool isShared)
    {
        if (options.Precision is MatrixPrecision precision)
            return new Device(options, precision, isShared);
        if (options.Kind == DeviceKind.Cuda)
        {
            try
            {
                return new Device(options, MatrixPrecision.TensorFloat32, isShared);
            }
            catch (NotSupportedException)
            {
                // The GPU is too old for it; or there is none, and what follows says so.
            }
        }
        return new Device(options, MatrixPrecision.Float32, isShared);
    }

    private static DeviceOptions DefaultOptions()
    {
        string? name = Environment.GetEnvironmentVariable(DefaultVariable);
        if (string.IsNullOrEmpty(name))
            return new DeviceOptions();
        return DeviceOptions.TryParse(name, out DeviceOptions? options)
            ? options
            : throw new ArgumentException($"{DefaultVariable} is \"{name}\", must be cpu, cuda or cuda:N.");
    }
}
