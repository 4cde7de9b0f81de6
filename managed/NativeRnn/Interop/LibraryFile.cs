using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NativeRnn.Interop;

/// <summary>
/// What the header of a Linux library says that it is for. Linux' loader says of a library for another processor that
/// there is no such file.
/// </summary>
internal static class LibraryFile
{
    // The field e_machine of an ELF header, and where it is.
    private const int MachineOffset = 18;
    private const ushort MachineX64 = 62, MachineArm64 = 183;

    /// <summary>Null where the file may be a library for this process, else what it is.</summary>
    internal static string? WhyNotForThisProcess(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> header = stackalloc byte[MachineOffset + sizeof(ushort)];
        int length;
        try
        {
            using FileStream file = File.OpenRead(path);
            length = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
        if (length < header.Length || !header.StartsWith("\u007FELF"u8))
            return "it is no library: it does not begin as an ELF file";
        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(header[MachineOffset..]);
        return NameOf(machine) == RuntimeInformation.ProcessArchitecture.ToString()
            ? null
            : $"it is for the processor {NameOf(machine)}, this process is {RuntimeInformation.ProcessArchitecture}";
    }

    private static string NameOf(ushort machine) => machine switch
    {
        MachineX64 => nameof(Architecture.X64),
        MachineArm64 => nameof(Architecture.Arm64),
        _ => $"of ELF's number {machine}",
    };
}
