using System.Reflection;
using System.Runtime.InteropServices;
using NativeRnn;
using TorchSharp;

namespace Benchmarks;

/// <summary>What a measurement was made on and with.</summary>
internal sealed record MachineInfo(
    string Processor,
    int Cores,
    int Threads,
    string InstructionSet,
    string Runtime,
    string NativeRnn,
    string TorchSharp)
{
    public static MachineInfo Of(Setup setup)
    {
        using Device device = Device.Cpu(setup.Threads);
        return new MachineInfo(
            ProcessorModel(),
            Environment.ProcessorCount,
            setup.Threads,
            device.InstructionSet,
            RuntimeInformation.FrameworkDescription,
            VersionOf(typeof(Device)),
            VersionOf(typeof(torch)));
    }

    public void Print(TextWriter output)
    {
        output.WriteLine($"processor        {Processor}, {Cores} cores");
        output.WriteLine($"threads          {Threads}");
        output.WriteLine($"runtime          {Runtime}");
        output.WriteLine($"NativeRnn        {NativeRnn}, {InstructionSet}");
        output.WriteLine($"TorchSharp       {TorchSharp}");
    }

    private static string ProcessorModel()
    {
        const string Key = "model name";
        string? line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(text => text.StartsWith(Key))
            : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? $"{RuntimeInformation.ProcessArchitecture}";
    }

    private static string VersionOf(Type type) => type.Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];
}
