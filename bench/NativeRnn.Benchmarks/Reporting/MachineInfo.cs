using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using NativeRnn;
using TorchSharp;

namespace Benchmarks;

/// <summary>What the measurements are made on and with.</summary>
internal static class MachineInfo
{
    public static IEnumerable<string> Lines()
    {
        using Device device = Device.Cpu(1);
        yield return $"{ProcessorModel()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}";
        yield return $"{RuntimeInformation.FrameworkDescription}, NativeRnn {VersionOf(typeof(Device))} " +
            $"({device.InstructionSet}), TorchSharp {VersionOf(typeof(torch))}, " +
            $"ONNX Runtime {VersionOf(typeof(InferenceSession))}";
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
