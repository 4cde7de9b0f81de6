using System.Buffers.Binary;

namespace NativeRnn.Data;

/// <summary>
/// Sound in WAV files (RIFF, "Multimedia Programming Interface and Data Specifications 1.0"): integers of 8, 16, 24 or
/// 32 bits and floats of 32 or 64.
/// </summary>
public static class WavFile
{
    private const ushort Pcm = 1;
    private const ushort IeeeFloat = 3;
    private const ushort Extensible = 0xFFFE;

    /// <summary>Reads a file; channels are averaged into one.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">
    /// It is no WAV file, is damaged or has a coding that is not read; the message says which.
    /// </exception>
    public static Waveform Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(path, File.ReadAllBytes(path));
    }

    /// <summary>Writes 16-bit samples; what is beyond full scale is limited to it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sound">Samples without NaN.</param>
    /// <exception cref="ArgumentException">A sample is NaN.</exception>
    public static void Write(string path, Waveform sound)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(sound);
        byte[] bytes = new byte[checked(44 + (2 * sound.Samples.Length))];
        Span<byte> header = bytes;
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], bytes.Length - 8);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], Pcm);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], sound.SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], 2 * sound.SampleRate);
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], 16);
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], 2 * sound.Samples.Length);
        for (int index = 0; index < sound.Samples.Length; index++)
        {
            float scaled = Math.Clamp(MathF.Round(32768 * sound.Samples[index]), short.MinValue, short.MaxValue);
            if (float.IsNaN(scaled))
            {
                throw new ArgumentException($"sample {index} is not a number", nameof(sound));
            }

            BinaryPrimitives.WriteInt16LittleEndian(header[(44 + (2 * index))..], (short)scaled);
        }

        File.WriteAllBytes(path, bytes);
    }

    private static Waveform Parse(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || !bytes[..4].SequenceEqual("RIFF"u8) || !bytes[8..12].SequenceEqual("WAVE"u8))
        {
            throw new InvalidDataException($"{path}: it is no WAV file, which starts with RIFF and WAVE");
        }

        WavFormat? format = null;
        for (int at = 12; at + 8 <= bytes.Length;)
        {
            ReadOnlySpan<byte> name = bytes[at..(at + 4)];
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            ReadOnlySpan<byte> rest = bytes[(at + 8)..];
            if (name.SequenceEqual("data"u8))
            {
                // A recorder that was stopped leaves a size beyond the file's end, or none: what is there counts.
                int length = (int)Math.Min(size == 0 ? uint.MaxValue : size, (uint)rest.Length);
                return Decode(
                    format ?? throw new InvalidDataException($"{path}: the data at byte {at} come before their format"),
                    rest[..length]);
            }

            if (size > rest.Length)
            {
                throw new InvalidDataException(
                    $"{path}: a part at byte {at} should have {size} bytes, the file has {rest.Length} more");
            }

            if (name.SequenceEqual("fmt "u8))
            {
                format = ReadFormat(path, rest[..(int)size]);
            }

            // Parts start at even places.
            at += 8 + (int)size + (int)(size & 1);
        }

        throw new InvalidDataException($"{path}: it has no data");
    }

    private static WavFormat ReadFormat(string path, ReadOnlySpan<byte> part)
    {
        if (part.Length < 16)
        {
            throw new InvalidDataException($"{path}: the format has {part.Length} bytes, it needs 16");
        }

        ushort coding = BinaryPrimitives.ReadUInt16LittleEndian(part);
        if (coding == Extensible && part.Length >= 26)
        {
            coding = BinaryPrimitives.ReadUInt16LittleEndian(part[24..]);
        }

        WavFormat format = new(
            coding == IeeeFloat,
            BinaryPrimitives.ReadUInt16LittleEndian(part[2..]),
            BinaryPrimitives.ReadInt32LittleEndian(part[4..]),
            BinaryPrimitives.ReadUInt16LittleEndian(part[14..]));
        bool known = (coding, format.Bits) is (Pcm, 8 or 16 or 24 or 32) or (IeeeFloat, 32 or 64);
        if (!known || format.Channels == 0 || format.SampleRate <= 0)
        {
            throw new InvalidDataException(
                $"{path}: coding {coding} with {format.Bits} bits, {format.Channels} channels and {format.SampleRate} Hz " +
                "is not read; 1 (integers of 8, 16, 24 or 32 bits) and 3 (floats of 32 or 64) are");
        }

        return format;
    }

    private static Waveform Decode(WavFormat format, ReadOnlySpan<byte> data)
    {
        int size = format.Bits / 8;
        float[] samples = new float[data.Length / (size * format.Channels)];
        for (int index = 0; index < samples.Length; index++)
        {
            double sum = 0;
            for (int channel = 0; channel < format.Channels; channel++)
            {
                sum += Sample(format, data[(((index * format.Channels) + channel) * size)..]);
            }

            samples[index] = (float)(sum / format.Channels);
        }

        return new Waveform(samples, format.SampleRate);
    }

    private static double Sample(WavFormat format, ReadOnlySpan<byte> bytes) => (format.IsFloat, format.Bits) switch
    {
        (true, 32) => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        (true, _) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        (_, 8) => (bytes[0] - 128) / 128.0,
        (_, 16) => BinaryPrimitives.ReadInt16LittleEndian(bytes) / 32768.0,
        (_, 24) => (bytes[0] | (bytes[1] << 8) | ((sbyte)bytes[2] << 16)) / 8388608.0,
        _ => BinaryPrimitives.ReadInt32LittleEndian(bytes) / 2147483648.0,
    };

    private readonly record struct WavFormat(bool IsFloat, int Channels, int SampleRate, int Bits);
}
