using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn info`: what runs here.</summary>
internal static class InfoCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("info", "Show the version, the device and the native library.");
        command.SetAction(_ => Run(terminal));
        return command;
    }

    private static int Run(Terminal terminal)
    {
        Device device = Device.Default;
        (string Name, string Value)[] lines =
        [
            ("version", Version()),
            ("ABI", $"{NativeLibraryInfo.AbiVersion}"),
            ("device", $"{device.Kind}".ToUpperInvariant()),
            ("instruction set", device.InstructionSet),
            ("threads", $"{device.Threads}"),
            ("library", NativeLibraryInfo.Path ?? "unknown"),
            ("runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}"),
        ];
        foreach ((string name, string value) in lines)
        {
            terminal.Output.WriteLine($"{name,-16} {value}");
        }

        return ExitCode.Done;
    }

    private static string Version() => typeof(InfoCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
