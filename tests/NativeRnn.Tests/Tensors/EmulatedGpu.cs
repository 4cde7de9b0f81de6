using System.Runtime.InteropServices;

namespace NativeRnn.Tests.Tensors;

/// <summary>
/// What the emulated GPU of tests/native/simt shall do, while this lives: its environment variables, which .NET's own do
/// not reach once the process runs.
/// </summary>
internal sealed partial class EmulatedGpu : IDisposable
{
    private readonly string _variable;

    public EmulatedGpu(string variable, string value)
    {
        _variable = $"NATIVERNN_EMULATED_{variable}";
        Assert.Equal(0, SetEnvironmentVariable(_variable, value, 1));
    }

    /// <summary>Skips a test that is about failures of an emulated GPU unless there is one.</summary>
    public static void Require()
    {
        _ = Device.CudaCount;
        string library = Path.GetFileName(NativeLibraryInfo.CudaPath) ?? "";
        Skip.IfNot(
            library.Contains("emulated", StringComparison.Ordinal),
            "only an emulated GPU fails on demand: NATIVERNN_CUDA_LIBRARY names no libnativernn_cuda_emulated.so");
    }

    public void Dispose() => _ = UnsetEnvironmentVariable(_variable);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetEnvironmentVariable(string name);
}
