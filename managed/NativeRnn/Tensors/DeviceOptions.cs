using System.Diagnostics.CodeAnalysis;
using System.Globalization;

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

    /// <summary>
    /// What a GPU rounds the operands of matrix products to. Null: as cuDNN does where nothing else is asked for,
    /// <see cref="MatrixPrecision.TensorFloat32"/> on a GPU that has it and else <see cref="MatrixPrecision.Float32"/>.
    /// </summary>
    public MatrixPrecision? Precision { get; init; }

    /// <summary>Reads the name of a device: <c>cpu</c>, <c>cuda</c> or, of a certain GPU, <c>cuda:1</c>.</summary>
    /// <param name="name">In any case of letters.</param>
    /// <param name="options">Options with that device; null if the name is none.</param>
    public static bool TryParse(string? name, [NotNullWhen(true)] out DeviceOptions? options)
    {
        const string Cuda = "cuda";
        string text = name?.ToLowerInvariant() ?? "";
        options = null;
        if (text == "cpu")
            options = new DeviceOptions();
        else if (text == Cuda)
            options = new DeviceOptions { Kind = DeviceKind.Cuda };
        else if (text.StartsWith(Cuda + ":", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            options = new DeviceOptions { Kind = DeviceKind.Cuda, Index = index };
        return options is not null;
    }
}
