using System.Buffers.Binary;
using System.Text;
using NativeRnn.Layers;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>Reads event files back by the definition of their format.</summary>
public class TensorBoardLogTests
{
    // The check value of CRC-32C (Castagnoli) in the catalogue of parametrised CRC algorithms, and
    // those of RFC 3720, B.4: 32 bytes of zeros, 32 of ones.
    [Fact]
    public void Crc_OfKnownVectors_IsRight()
    {
        Assert.Equal(0xE3069283, Crc32C("123456789"u8));
        Assert.Equal(0x8A9136AA, Crc32C(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(Masked(0xE3069283), EventFile.MaskedCrc("123456789"u8));
        Assert.Equal(Masked(0x8A9136AA), EventFile.MaskedCrc(new byte[32]));
    }

    [Fact]
    public void Fit_WithALog_WritesScalarsThatReadBack()
    {
        using Device device = TestDevice.Open();
        using TemporaryDirectory directory = new();
        Tensor x = Numbers.Tensor(device, 1, 8, 3, 2);
        Tensor y = x.Sum(1);
        Sequential model = new(new Gru(4, seed: 1), new Dense(2, seed: 2));
        model.Compile(new MeanSquaredError(), new Sgd(0.25f), new MeanAbsoluteErrorMetric());

        History history = model.Fit(x, y, 300, 4, new FitOptions
        {
            ValidationData = (x, y),
            Callbacks = [new TensorBoardLog(directory.File("run"), everyBatches: 2)],
        });

        List<Scalar> training = Read(directory.File("run/train"));
        List<Scalar> validation = Read(directory.File("run/validation"));
        Assert.Equal(
            history.Losses.Select(loss => (float)loss), Values(training, "epoch_loss"));
        Assert.Equal(
            history.ValidationLosses.Select(loss => (float)loss), Values(validation, "epoch_loss"));
        Assert.Equal(
            Enumerable.Range(1, 300).Select(epoch => (long)epoch),
            training.Where(scalar => scalar.Tag == "epoch_mae").Select(scalar => scalar.Step));
        Assert.Equal(600, training.Last(scalar => scalar.Tag == "batch_loss").Step);
        Assert.All(Values(training, "learning_rate"), rate => Assert.Equal(0.25f, rate));
    }

    private static IEnumerable<float> Values(List<Scalar> scalars, string tag) =>
        scalars.Where(scalar => scalar.Tag == tag).Select(scalar => scalar.Value);

    private static List<Scalar> Read(string directory)
    {
        string file = Assert.Single(Directory.GetFiles(directory));
        Assert.Matches(@"^events\.out\.tfevents\.\d{10}\.", Path.GetFileName(file));
        ReadOnlySpan<byte> rest = File.ReadAllBytes(file);
        List<byte[]> records = [];
        while (!rest.IsEmpty)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            Assert.Equal(Masked(Crc32C(rest[..8])), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
            ReadOnlySpan<byte> data = rest.Slice(12, length);
            Assert.Equal(
                Masked(Crc32C(data)), BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]));
            records.Add(data.ToArray());
            rest = rest[(16 + length)..];
        }

        Dictionary<int, byte[]> first = Fields(records[0]);
        Assert.Equal("brain.Event:2", Encoding.UTF8.GetString(first[3]));
        double time = BinaryPrimitives.ReadDoubleLittleEndian(first[1]);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - time, -1, 600);
        return [.. records.Skip(1).Select(ScalarOf)];
    }

    private static Scalar ScalarOf(byte[] record)
    {
        Dictionary<int, byte[]> message = Fields(record);
        Dictionary<int, byte[]> value = Fields(Fields(message[5])[1]);
        return new Scalar(
            Encoding.UTF8.GetString(value[1]),
            BinaryPrimitives.ReadInt64LittleEndian(message[2]),
            BinaryPrimitives.ReadSingleLittleEndian(value[2]));
    }

    // The fields of a message of protocol buffers by number; varints as 8 bytes.
    private static Dictionary<int, byte[]> Fields(ReadOnlySpan<byte> message)
    {
        Dictionary<int, byte[]> fields = [];
        while (!message.IsEmpty)
        {
            ulong key = Varint(ref message);
            byte[] value;
            if ((key & 7) == 0)
            {
                value = BitConverter.GetBytes(Varint(ref message));
            }
            else
            {
                int length = (key & 7) switch { 1 => 8, 5 => 4, 2 => (int)Varint(ref message), _ => throw new InvalidDataException() };
                value = message[..length].ToArray();
                message = message[length..];
            }

            fields.Add((int)(key >> 3), value);
        }

        return fields;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = message[0];
            message = message[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }

    // Bit by bit, from the polynomial.
    private static uint Crc32C(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 1 ? 0x82F63B78 : 0);
            }
        }

        return ~crc;
    }

    private static uint Masked(uint crc) => unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8);

    private sealed record Scalar(string Tag, long Step, float Value);
}
