using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using static System.FormattableString;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn info`: what runs here.</summary>
internal static class InfoCommand
{
    // A size that the second level of cache holds, and one that only memory or the last level does.
    private const long CacheBytes = 256 << 10;
    private const long MemoryBytes = 64 << 20;

    public static Command Create(Terminal terminal)
    {
        var command = new Command("info", "Show the version, the CPU, its measured limits, the native library and the GPUs.");
        command.SetAction(_ => Run(terminal));
        return command;
    }

    private static int Run(Terminal terminal)
    {
        using Device device = ToolDevice.Open(new DeviceOptions());
        DeviceLimits near = device.MeasureLimits(CacheBytes), far = device.MeasureLimits(MemoryBytes);
        (string Name, string Value)[] lines =
        [
            ("version", Version()),
            ("ABI", $"{NativeLibraryInfo.AbiVersion}"),
            ("device", $"{device.Kind}".ToUpperInvariant()),
            ("instruction set", InstructionSet(device)),
            ("threads", $"{device.Threads}"),
            ("fp32 peak", Invariant($"{near.Gflops:F0} GFLOP/s, all threads")),
            ("reading 256 KiB", Invariant($"{near.GigabytesPerSecond:F0} GB/s, each thread its own")),
            ("reading 64 MiB", Invariant($"{far.GigabytesPerSecond:F0} GB/s, each thread its own")),
            ("library", NativeLibraryInfo.Path ?? "unknown"),
            .. CudaInfo.Lines(),
            ("runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}"),
        ];
        foreach ((string name, string value) in lines)
        {
            terminal.Output.WriteLine($"{name,-16} {value}");
        }

        return ExitCode.Done;
    }

    private static string InstructionSet(Device device) =>
        ToolDevice.Forced is { } forced ? $"{device.InstructionSet} (forced by {forced})" : device.InstructionSet;

    private static string Version() => typeof(InfoCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
