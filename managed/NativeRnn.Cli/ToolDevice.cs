namespace NativeRnn.Cli;

/// <summary>The device that the tool computes on.</summary>
internal static class ToolDevice
{
    /// <summary>The environment variable that names the device if no option does.</summary>
    public const string Variable = "NATIVERNN_DEVICE";

    private const string CpuVariable = "NATIVERNN_CPU";

    /// <summary>What NATIVERNN_CPU is set to; null when it is not.</summary>
    public static string? Forced =>
        Environment.GetEnvironmentVariable(CpuVariable) is { Length: > 0 } value ? $"{CpuVariable}={value}" : null;

    /// <summary>What the environment asks for, else the CPU.</summary>
    /// <exception cref="UserErrorException">It names no device.</exception>
    public static DeviceOptions Standard()
    {
        string? name = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(name))
        {
            return new DeviceOptions();
        }

        return DeviceOptions.TryParse(name, out DeviceOptions? options)
            ? options
            : throw new UserErrorException($"{Variable} is \"{name}\", must be cpu, cuda or cuda:N");
    }

    /// <exception cref="UserErrorException">What was asked for is not there.</exception>
    public static Device Open(DeviceOptions options)
    {
        try
        {
            return Device.Open(options);
        }
        catch (Exception error) when (error is NotSupportedException or ArgumentException
            && (options.Kind == DeviceKind.Cuda || Forced is not null))
        {
            throw new UserErrorException(error.Message);
        }
    }

    /// <summary>A device in a few words, as for a report: "CPU, 8 threads, Avx512".</summary>
    public static string Describe(Device device) => device.Kind == DeviceKind.Cpu
        ? $"CPU, {device.Threads} thread{(device.Threads == 1 ? "" : "s")}, {device.InstructionSet}"
        : $"GPU {device.Index}, {device.InstructionSet}, {NameOf(device.Precision)}";

    private static string NameOf(MatrixPrecision precision) => precision switch
    {
        MatrixPrecision.TensorFloat32 => "tf32",
        MatrixPrecision.BFloat16 => "bfloat16",
        MatrixPrecision.Float16 => "float16",
        _ => "float32",
    };
}
