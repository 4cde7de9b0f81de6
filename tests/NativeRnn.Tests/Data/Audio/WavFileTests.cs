using System.Buffers.Binary;
using System.Text;
using NativeRnn.Data;

namespace NativeRnn.Tests.Data.Audio;

public sealed class WavFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.wav");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Written_ComesBack_ToTheNearest16Bits()
    {
        float[] samples = [0, 0.5f, -0.5f, 1 / 32768f, -1, 2, -2];

        WavFile.Write(_path, new Waveform(samples, 8000));
        Waveform read = WavFile.Read(_path);

        Assert.Equal(8000, read.SampleRate);
        Assert.Equal([0, 0.5f, -0.5f, 1 / 32768f, -1, 32767 / 32768f, -1], read.Samples);
        Assert.Equal(TimeSpan.FromSeconds(7.0 / 8000), read.Duration);
    }

    public static TheoryData<int, int, byte[], float> Codings() => new()
    {
        { 1, 8, [0xC0], 0.5f },
        { 1, 16, [0x00, 0xC0], -0.5f },
        { 1, 24, [0x00, 0x00, 0xE0], -0.25f },
        { 1, 32, [0x00, 0x00, 0x00, 0x20], 0.25f },
        { 3, 32, BitConverter.GetBytes(0.3f), 0.3f },
        { 3, 64, BitConverter.GetBytes(-0.75), -0.75f },
    };

    [Theory]
    [MemberData(nameof(Codings))]
    public void Read_EachCoding_GivesTheAmplitude(int coding, int bits, byte[] sample, float wanted)
    {
        File.WriteAllBytes(_path, Wav(coding, 1, bits, sample));
        Assert.Equal([wanted], WavFile.Read(_path).Samples);

        File.WriteAllBytes(_path, Wav(0xFFFE, 1, bits, sample, extension: Extension(coding)));
        Assert.Equal([wanted], WavFile.Read(_path).Samples);
    }

    [Fact]
    public void Read_TwoChannels_AreAveraged()
    {
        File.WriteAllBytes(_path, Wav(1, 2, 16, [0x00, 0x40, 0x00, 0x20]));

        Assert.Equal([0.375f], WavFile.Read(_path).Samples);
    }

    [Fact]
    public void Read_OtherPartsAndAnOpenEnd_AreNoObstacle()
    {
        byte[] file = Wav(1, 1, 16, [0x00, 0x40]);
        byte[] list = [.. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0];
        byte[] withList = [.. file[..36], .. list, .. file[36..]];
        BinaryPrimitives.WriteUInt32LittleEndian(withList.AsSpan(36 + list.Length + 4), uint.MaxValue);
        File.WriteAllBytes(_path, withList);

        Assert.Equal([0.5f], WavFile.Read(_path).Samples);
    }

    public static TheoryData<string, byte[]> Damaged() => new()
    {
        { "RIFF", Encoding.ASCII.GetBytes("no sound in here") },
        { "RIFF", [] },
        { "has no data", Wav(1, 1, 16, [])[..36] },
        { "before their format", [.. Wav(1, 1, 16, [])[..12], .. "data"u8, 0, 0, 0, 0] },
        { "the file has", [.. Wav(1, 1, 16, [])[..12], .. "fmt "u8, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0] },
        { "it needs 16", [.. Wav(1, 1, 16, [])[..12], .. "fmt "u8, 2, 0, 0, 0, 0, 0] },
        { "coding 6", Wav(6, 1, 8, [0]) },
        { "0 channels", Wav(1, 0, 16, [0, 0]) },
        { "12 bits", Wav(1, 1, 12, [0, 0]) },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Read_DamagedFile_SaysFileAndFault(string fault, byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => WavFile.Read(_path));

        Assert.Contains(_path, error.Message);
        Assert.Contains(fault, error.Message);
    }

    [Fact]
    public void Read_TruncatedAnywhere_ReadsOrRefuses()
    {
        byte[] whole = Wav(1, 1, 16, new byte[64]);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Exception? error = Record.Exception(() => WavFile.Read(_path));
            Assert.True(error is null or InvalidDataException, $"{length} bytes: {error}");
        }
    }

    [Fact]
    public void Write_NaN_IsRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => WavFile.Write(_path, new Waveform([0, float.NaN], 8000)));

        Assert.Contains("sample 1", error.Message);
        Assert.False(File.Exists(_path));
    }

    [Fact]
    public void Resample_OfASlowWave_IsThatWave()
    {
        const int Hertz = 440;
        Waveform wave = Sine(Hertz, 44100, 0.5);

        Waveform slower = wave.Resample(8000);

        Assert.Equal(4000, slower.Samples.Length);
        Waveform wanted = Sine(Hertz, 8000, 0.5);
        // Apart from the ends, where half of the filter sees silence.
        for (int index = 100; index < 3900; index++)
        {
            Assert.Equal(wanted.Samples[index], slower.Samples[index], 2e-3f);
        }
    }

    [Fact]
    public void Resample_OfAFastWave_LeavesNothing()
    {
        Waveform slower = Sine(6000, 44100, 0.5).Resample(8000);

        Assert.All(slower.Samples[100..3900], sample => Assert.Equal(0, sample, 2e-3f));
    }

    [Fact]
    public void Concat_OfOneRate_IsInARow_OtherwiseRefused()
    {
        Waveform joined = Waveform.Concat(new Waveform([1, 2], 8000), new Waveform([3], 8000));

        Assert.Equal([1, 2, 3], joined.Samples);
        Assert.Throws<ArgumentException>(() => Waveform.Concat());
        Assert.Throws<ArgumentException>(() => Waveform.Concat(joined, new Waveform([3], 16000)));
    }

    private static Waveform Sine(double hertz, int rate, double seconds) => new(
        [.. Enumerable.Range(0, (int)(rate * seconds)).Select(t => (float)Math.Sin(2 * Math.PI * hertz * t / rate))],
        rate);

    private static byte[] Extension(int coding) => [22, 0, 0, 0, 0, 0, 0, 0, (byte)coding, 0, .. new byte[14]];

    private static byte[] Wav(int coding, int channels, int bits, byte[] data, byte[]? extension = null)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        byte[] extra = extension ?? [];
        writer.Write("RIFF"u8);
        writer.Write(36 + extra.Length + data.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16 + extra.Length);
        writer.Write((short)coding);
        writer.Write((short)channels);
        writer.Write(8000);
        writer.Write(8000 * channels * bits / 8);
        writer.Write((short)(channels * bits / 8));
        writer.Write((short)bits);
        writer.Write(extra);
        writer.Write("data"u8);
        writer.Write(data.Length);
        writer.Write(data);
        return stream.ToArray();
    }
}
