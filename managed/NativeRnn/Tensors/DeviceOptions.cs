namespace NativeRnn;

/// <summary>Which device <see cref="Device.Open"/> opens, and how.</summary>
public sealed record DeviceOptions
{
    /// <summary>The kind of device.</summary>
    public DeviceKind Kind { get; init; } = DeviceKind.Cpu;

    /// <summary>Which GPU, from 0; 0 for the CPU.</summary>
    public int Index { get; init; }

    /// <summary>
    /// Threads of a CPU device, the calling one included, 0 to 1024; 0 takes one for each CPU that the process may use.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>The instruction set of the CPU kernels.</summary>
    public CpuTarget CpuTarget { get; init; } = CpuTarget.Best;
}
