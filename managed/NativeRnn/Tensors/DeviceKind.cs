namespace NativeRnn;

/// <summary>What a <see cref="Device"/> computes with.</summary>
public enum DeviceKind
{
    /// <summary>The processor, with a pool of threads.</summary>
    Cpu = 0,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda = 1,
}
