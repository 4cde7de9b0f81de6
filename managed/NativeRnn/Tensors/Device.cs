using NativeRnn.Interop;

namespace NativeRnn;

/// <summary>
/// Something that computes: the processor with a pool of threads, or a GPU. Tensors, layers and tapes belong to one
/// device. Use a device from one thread at a time; different devices are independent.
/// </summary>
public sealed class Device : IDisposable
{
    private static readonly Lazy<Device> SharedDefault =
        new(static () => new Device(new DeviceOptions(), isShared: true));

    private readonly bool _isShared;
    private readonly DeviceProperties _properties;

    private Device(DeviceOptions options, bool isShared)
    {
        _isShared = isShared;
        Handle = Ops.DeviceOpen(new DeviceConfig
        {
            Kind = (int)options.Kind,
            Index = options.Index,
            Threads = options.Threads,
            CpuTarget = (int)options.CpuTarget,
        });
        _properties = Ops.DeviceDescribe(Handle);
        Pool = new StoragePool(this);
        Memory = new TapeMemory();
    }

    /// <summary>The CPU with all its cores, opened when it is first asked for. Disposing it does nothing.</summary>
    /// <exception cref="ArgumentException">The environment variable NATIVERNN_CPU names no instruction set.</exception>
    /// <exception cref="DllNotFoundException">The native library is not there.</exception>
    /// <exception cref="NativeRnnException">The native library has another version.</exception>
    public static Device Default => SharedDefault.Value;

    /// <summary>Native objects (devices, buffers, plans, weights, streams) that are alive in this process.</summary>
    public static long LiveNativeObjects => Ops.LiveObjects();

    /// <summary>What it computes with.</summary>
    public DeviceKind Kind => (DeviceKind)_properties.Kind;

    /// <summary>Which device of its kind, from 0.</summary>
    public int Index => _properties.Index;

    /// <summary>Threads of the pool, the calling one included.</summary>
    public int Threads => _properties.Threads;

    /// <summary>The instruction set of the kernels, for people: <c>Avx512</c>.</summary>
    public string InstructionSet => ((CpuTarget)_properties.CpuTarget).ToString();

    internal DeviceHandle Handle { get; }

    internal StoragePool Pool { get; }

    internal TapeMemory Memory { get; }

    /// <summary>The tape that is on, or null.</summary>
    internal GradientTape? ActiveTape { get; private set; }

    /// <summary>Opens the CPU with a pool of threads of its own.</summary>
    /// <param name="threads">The calling thread included, 0 to 1024; 0 takes one for each CPU of the process.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="threads"/> is out of range, or the environment variable NATIVERNN_CPU names no instruction set.
    /// </exception>
    /// <exception cref="NotSupportedException">NATIVERNN_CPU names one that this machine or build lacks.</exception>
    public static Device Cpu(int threads = 0) => Open(new DeviceOptions { Threads = threads });

    /// <summary>Opens a device.</summary>
    /// <param name="options">Which one, and how.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of range, or the environment variable NATIVERNN_CPU names no instruction set.
    /// </exception>
    /// <exception cref="NotSupportedException">This machine or build has no such device or instruction set.</exception>
    public static Device Open(DeviceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new Device(options, isShared: false);
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
    /// What each thread reads over and over, 2^10 to 2^30 bytes: decides from which level of cache, or from memory, it
    /// comes. Allocated for the call.
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

    internal void EndTape(GradientTape tape)
    {
        if (ReferenceEquals(ActiveTape, tape))
            ActiveTape = null;
    }
}
