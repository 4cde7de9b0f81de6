using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NativeRnn.Formats;

namespace NativeRnn.Tests.Formats;

/// <summary>Archives that lie about themselves.</summary>
public sealed class ZipContentsTests : IDisposable
{
    private const int CentralSignature = 0x02014b50;
    private const int EndSignature = 0x06054b50;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"nativernn-{Guid.NewGuid():N}.zip");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Read_GivesTheEntrys_Bytes(CompressionLevel compression)
    {
        Write(Archive(compression, ("a", "first"), ("folder/ü", "second second second")));

        using ZipContents zip = ZipContents.Open(_path);

        Assert.Equal(["a", "folder/ü"], zip.Names);
        Assert.Equal(20, zip.LengthOf("folder/ü"));
        Assert.Equal("first", Encoding.UTF8.GetString(zip.Read("a")));
        Assert.Equal("second second second", Encoding.UTF8.GetString(zip.Read("folder/ü")));
        Assert.Throws<ModelFormatException>(() => zip.Read("b"));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("C:a")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    public void Open_OfANameThatIsNoPathBelow_IsRefused(string name)
    {
        Write(Archive(CompressionLevel.NoCompression, (name, "x")));

        AssertRefused("must be a path below the archive");
    }

    [Fact]
    public void Open_OfTwoEntriesOfOneName_IsRefused()
    {
        Write(Archive(CompressionLevel.NoCompression, ("a", "x"), ("a", "y")));

        AssertRefused("two entries of this name");
    }

    // Offsets in an entry of the directory: 8 flags, 10 method, 16 CRC, 20 stored, 24 length, 28 name, 42 header.
    [Theory]
    [InlineData(8, 1, "encrypted")]
    [InlineData(8, 0x40, "encrypted")]
    [InlineData(10, 12, "method 12")]
    [InlineData(10, 8, "not that of the directory")]
    [InlineData(24, 6, "should become 6")]
    [InlineData(20, 4, "should become 5")]
    [InlineData(42, 1000, "after byte 1000")]
    [InlineData(42, 1, "not that of the directory")]
    public void Open_OfADirectoryThatLies_IsRefused(int at, int value, string message)
    {
        byte[] archive = Archive(CompressionLevel.NoCompression, ("a", "first"));
        BinaryPrimitives.WriteUInt16LittleEndian(archive.AsSpan(Find(archive, CentralSignature) + at), (ushort)value);
        Write(archive);

        AssertRefused(message);
    }

    // Offsets in the end: 4 disk, 8 and 10 entries, 12 length of the directory, 16 its offset.
    [Theory]
    [InlineData(4, 1, "contradicts itself")]
    [InlineData(8, 2, "contradicts itself")]
    [InlineData(12, 1000, "the zip archive's directory should be")]
    [InlineData(12, 47, "after the last entry")]
    [InlineData(12, 10, "at most 65536")]
    [InlineData(16, 1000, "the zip archive's directory should be")]
    [InlineData(16, 0, "no entry of a zip archive's directory")]
    public void Open_OfAnEndThatLies_IsRefused(int at, int value, string message)
    {
        byte[] archive = Archive(CompressionLevel.NoCompression, ("a", "first"));
        int end = Find(archive, EndSignature);
        if (at == 12 && value == 47)
        {
            // One byte more, which is there: the end moves.
            archive = [.. archive.AsSpan(0, end), 0, .. archive.AsSpan(end)];
            end++;
            value = BinaryPrimitives.ReadUInt16LittleEndian(archive.AsSpan(end + 12)) + 1;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(archive.AsSpan(end + at), (ushort)value);
        Write(archive);

        AssertRefused(message);
    }

    [Fact]
    public void Open_OfEntriesOnTheSameBytes_IsRefused()
    {
        byte[] archive = Archive(CompressionLevel.NoCompression, ("a", Entry("b", "inner")), ("b", "inner"));
        int directory = Find(archive, CentralSignature);
        int second = directory + 46 + 1 + 0;
        int inner = Find(archive, 0x04034b50, 4);
        BinaryPrimitives.WriteInt32LittleEndian(archive.AsSpan(second + 42), inner);
        Write(archive);

        AssertRefused("inside of 'a'");
    }

    [Fact]
    public void Read_OfABomb_IsRefusedBeforeItIsInflated()
    {
        byte[] bomb = Archive(CompressionLevel.SmallestSize, ("a", new string('\0', 32 << 20)));
        Write(bomb);
        using ZipContents zip = ZipContents.Open(_path);
        long before = GC.GetAllocatedBytesForCurrentThread();

        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => zip.Read("a"));

        Assert.Contains("may grow by", exception.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void Read_OfManySmallBombs_IsRefusedInTheEnd()
    {
        string zeros = new('\0', 1 << 20);
        Write(Archive(
            CompressionLevel.SmallestSize, [.. Enumerable.Range(0, 17).Select(index => ($"{index}", zeros))]));
        using ZipContents zip = ZipContents.Open(_path);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => zip.Names.Select(zip.Read).Count(bytes => bytes.Length == 0));

        Assert.Contains("may grow by", exception.Message, StringComparison.Ordinal);
    }

    // The directory says less, or more, than comes out.
    [Theory]
    [InlineData(-1, "more than 99 bytes come out")]
    [InlineData(1, "damaged")]
    public void Read_OfALengthThatLies_IsRefused(int more, string message)
    {
        byte[] archive = Archive(CompressionLevel.Optimal, ("a", new string('x', 100)));
        int length = Find(archive, CentralSignature) + 24;
        BinaryPrimitives.WriteInt32LittleEndian(archive.AsSpan(length), 100 + more);
        Write(archive);
        using ZipContents zip = ZipContents.Open(_path);

        ModelFormatException exception = Assert.Throws<ModelFormatException>(() => zip.Read("a"));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    private static byte[] Archive(CompressionLevel compression, params (string Name, string Text)[] entries)
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, string text) in entries)
            {
                using Stream entry = zip.CreateEntry(name, compression).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return stream.ToArray();
    }

    // An entry's header and data, as a text, to hide in another entry.
    private static string Entry(string name, string text)
    {
        byte[] archive = Archive(CompressionLevel.NoCompression, (name, text));
        byte[] entry = archive[..Find(archive, CentralSignature)];
        return Encoding.UTF8.GetString([.. entry.Select(value => value < 128 ? value : (byte)0)]);
    }

    private static int Find(byte[] archive, int signature, int from = 0)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, signature);
        return from + archive.AsSpan(from).IndexOf(bytes);
    }

    private void Write(byte[] archive) => File.WriteAllBytes(_path, archive);

    private void AssertRefused(string message)
    {
        ModelFormatException exception = Assert.Throws<ModelFormatException>(() =>
        {
            using ZipContents zip = ZipContents.Open(_path);
            foreach (string name in zip.Names)
            {
                zip.Read(name);
            }
        });

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(_path, exception.FilePath);
    }
}
