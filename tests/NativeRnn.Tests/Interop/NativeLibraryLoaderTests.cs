using NativeRnn.Interop;
using NativeRnn.Tests.Cli;

namespace NativeRnn.Tests.Interop;

/// <summary>What the exception says of each place where the native library was looked for.</summary>
public sealed class NativeLibraryLoaderTests : IDisposable
{
    private const ushort MachineX64 = 62, MachineArm64 = 183;

    private readonly TemporaryDirectory _folder = new();

    private string LibraryPath => _folder.File(NativeLibraryLoader.FileName);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Missing_NamesEveryPathThePlatformAndWhatToDo()
    {
        string other = _folder.File("other");
        DllNotFoundException thrown = Assert.Throws<DllNotFoundException>(
            () => NativeLibraryLoader.LoadFrom([_folder.File("."), other]));

        Assert.All(
        [
            $"for {NativeLibraryLoader.Platform}, {NativeLibraryLoader.FileName}",
            $"\n  {Path.Combine(_folder.File("."), NativeLibraryLoader.FileName)}: not there",
            $"\n  {Path.Combine(other, NativeLibraryLoader.FileName)}: not there",
            "NuGet package NativeRnn",
        ], part => Assert.Contains(part, thrown.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void SameFolderTwice_IsNamedOnce()
    {
        string message = MessageOf(_folder.File("."), _folder.File("."));
        Assert.Equal(2, message.Split("not there").Length);
    }

    [SkippableFact]
    public void TextInItsPlace_SaysThatItIsNoLibrary()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads ELF headers");
        File.WriteAllText(LibraryPath, "The library was here before.");
        AssertProblem("it is no library: it does not begin as an ELF file");
    }

    [SkippableFact]
    public void EmptyFile_SaysThatItIsNoLibrary()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads ELF headers");
        File.WriteAllBytes(LibraryPath, []);
        AssertProblem("it is no library: it does not begin as an ELF file");
    }

    [SkippableFact]
    public void OtherProcessor_NamesBoth()
    {
        Skip.IfNot(NativeLibraryLoader.Platform == "linux-x64", "the file is for the other processor");
        File.WriteAllBytes(LibraryPath, ElfHeader(MachineArm64));
        AssertProblem("it is for the processor Arm64, this process is X64");
    }

    [SkippableFact]
    public void UnknownProcessor_IsNamedByItsNumber()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "reads ELF headers");
        File.WriteAllBytes(LibraryPath, ElfHeader(machine: 243));
        AssertProblem("it is for the processor of ELF's number 243");
    }

    [SkippableFact]
    public void HeaderAlone_GivesTheSystemsReason()
    {
        Skip.IfNot(NativeLibraryLoader.Platform == "linux-x64", "the file is for this processor");
        File.WriteAllBytes(LibraryPath, ElfHeader(MachineX64));
        AssertProblem($"{LibraryPath}: ");
    }

    [SkippableFact]
    public void OtherLibrary_LacksTheFunction()
    {
        Skip.IfNot(NativeLibraryLoader.Platform == "linux-x64", "needs a library that every machine of the kind has");
        File.Copy("/lib/x86_64-linux-gnu/libm.so.6", LibraryPath);
        AssertProblem("it has no function nrnn_abi_version");
    }

    [Fact]
    public void SecondFolder_HasIt()
    {
        File.Copy(NativeLibraryInfo.Path!, LibraryPath);
        Assert.NotEqual(IntPtr.Zero, NativeLibraryLoader.LoadFrom([_folder.File("empty"), _folder.File(".")]));
    }

    private void AssertProblem(string problem) => Assert.Contains(
        $"\n  {LibraryPath}: {problem}", MessageOf(Path.GetDirectoryName(LibraryPath)!), StringComparison.Ordinal);

    private static string MessageOf(params string[] folders) =>
        Assert.Throws<DllNotFoundException>(() => NativeLibraryLoader.LoadFrom(folders)).Message;

    // The first 64 bytes of a shared library of 64 bits, least significant byte first, without any content.
    private static byte[] ElfHeader(ushort machine)
    {
        byte[] header = new byte[64];
        "\u007FELF\u0002\u0001\u0001"u8.CopyTo(header);
        header[16] = 3; // a shared object
        BitConverter.TryWriteBytes(header.AsSpan(18), machine);
        header[20] = 1; // the version
        return header;
    }
}
