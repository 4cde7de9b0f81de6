using static System.FormattableString;

namespace NativeRnn.Cli.Commands;

/// <summary>What `nativernn info` says of CUDA: the library, the driver and each GPU, or why there is none.</summary>
internal static class CudaInfo
{
    private const string DriverFile = "/proc/driver/nvidia/version";

    public static IEnumerable<(string Name, string Value)> Lines()
    {
        int count = Device.CudaCount;
        yield return ("CUDA", count == 0 ? $"none: {Device.CudaStatus}" : Device.CudaStatus);
        if (NativeLibraryInfo.CudaPath is { } library)
        {
            yield return ("CUDA library", library);
        }

        if (Driver() is { } driver)
        {
            yield return ("CUDA driver", driver);
        }

        for (int index = 0; index < count; index++)
        {
            yield return ($"GPU {index}", Describe(index));
        }
    }

    private static string Describe(int index)
    {
        try
        {
            using Device device = Device.Cuda(index, MatrixPrecision.Float32);
            return Invariant($"compute capability {device.ComputeCapability / 10}.{device.ComputeCapability % 10}, ")
                + Invariant($"{device.Multiprocessors} multiprocessors, {device.MemoryBytes / (double)(1 << 30):F1} GiB");
        }
        catch (Exception error) when (error is NotSupportedException or NativeRnnException or OutOfMemoryException)
        {
            return $"cannot be used: {error.Message}";
        }
    }

    // "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  ...": its first line.
    private static string? Driver()
    {
        try
        {
            return File.ReadLines(DriverFile).FirstOrDefault()?.Replace("NVRM version:", "").Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
