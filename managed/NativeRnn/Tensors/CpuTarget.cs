namespace NativeRnn;

/// <summary>The instruction set that the kernels of a CPU device use.</summary>
public enum CpuTarget
{
    /// <summary>
    /// The widest that this machine runs, or the one that the environment variable NATIVERNN_CPU names: baseline, avx2,
    /// avx512 or neon.
    /// </summary>
    Best = 0,

    /// <summary>What every 64-bit machine of the kind has: SSE4.2 on x86-64.</summary>
    Baseline = 1,

    /// <summary>AVX2 with fused multiply-add.</summary>
    Avx2 = 2,

    /// <summary>AVX-512.</summary>
    Avx512 = 3,

    /// <summary>NEON, on arm64.</summary>
    Neon = 4,
}
