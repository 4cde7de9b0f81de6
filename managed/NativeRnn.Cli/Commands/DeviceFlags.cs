using System.CommandLine;

namespace NativeRnn.Cli.Commands;

/// <summary>The options that say where to compute: --device and --precision.</summary>
internal sealed class DeviceFlags
{
    private static readonly Dictionary<string, MatrixPrecision> Precisions = new()
    {
        ["float32"] = MatrixPrecision.Float32,
        ["tf32"] = MatrixPrecision.TensorFloat32,
        ["bfloat16"] = MatrixPrecision.BFloat16,
        ["float16"] = MatrixPrecision.Float16,
    };

    private readonly Option<string?> _device = new("--device")
    {
        Description = "Where to compute: cpu, cuda (a GPU) or cuda:N (GPU N, from 0). If not given, what the " +
            $"environment variable {ToolDevice.Variable} says, else cpu.",
        HelpName = "cpu|cuda[:N]",
    };

    private readonly Option<string?> _precision = new("--precision")
    {
        Description = "What a GPU rounds the operands of matrix products to. If not given, tf32 where the GPU has it, " +
            "else float32.",
        HelpName = string.Join('|', Precisions.Keys),
    };

    public DeviceFlags()
    {
        _device.Validators.Add(result =>
        {
            string? name = result.GetValueOrDefault<string?>();
            if (name is not null && !DeviceOptions.TryParse(name, out _))
            {
                result.AddError($"--device must be cpu, cuda or cuda:N, not '{name}'");
            }
        });
        _precision.Validators.Add(result =>
        {
            string? name = result.GetValueOrDefault<string?>();
            if (name is not null && !Precisions.ContainsKey(name))
            {
                result.AddError($"--precision must be float32, tf32, bfloat16 or float16, not '{name}'");
            }
        });
    }

    public IEnumerable<Option> All => [_device, _precision];

    /// <exception cref="UserErrorException">What was given does not fit together.</exception>
    public DeviceOptions Read(ParseResult parsed, int threads = 0)
    {
        DeviceOptions options = parsed.GetValue(_device) is { } name && DeviceOptions.TryParse(name, out DeviceOptions? named)
            ? named
            : ToolDevice.Standard();
        MatrixPrecision? precision = parsed.GetValue(_precision) is { } kind ? Precisions[kind] : null;
        bool gpu = options.Kind == DeviceKind.Cuda;
        if (gpu && threads > 0)
        {
            throw new UserErrorException("--threads is for the CPU: leave it out with --device cuda");
        }

        if (!gpu && precision is not null and not MatrixPrecision.Float32)
        {
            throw new UserErrorException("--precision is for a GPU: the CPU computes in float32 only");
        }

        return options with { Threads = threads, Precision = precision };
    }
}
