using System.Buffers.Binary;
using System.Globalization;

namespace NativeRnn.Tests.Fuzz;

/// <summary>
/// Makes damaged files out of a good one. A case is a function of the file, the seed and the case's name, so that each
/// can be made again alone: <c>cut-17</c>, <c>bits-1204</c>, <c>bytes-3</c>, <c>numbers-88</c>.
/// </summary>
internal sealed class Mutations(byte[] good, int seed)
{
    internal const int Cuts = 200;

    // What stands at the file's ends is its structure: half of the changes go there.
    private const int EndLength = 1024;

    private static readonly string[] Kinds = ["bits", "bytes", "numbers"];

    private static readonly ulong[] ExtremeNumbers =
    [
        0, 1, 0x7F, 0x80, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1UL << 32, 1UL << 40, 1UL << 62,
        long.MaxValue, 1UL << 63, (1UL << 63) + 1, ulong.MaxValue - 7, ulong.MaxValue,
    ];

    /// <summary>The cases of a usual run: cuts, 2,000 of changed bits, 300 each of bytes and of numbers.</summary>
    internal IEnumerable<FuzzCase> Standard() =>
    [
        .. Enumerable.Range(0, Math.Min(Cuts, good.Length)).Select(number => Make($"cut-{number}")),
        .. Enumerable.Range(0, 2000).Select(number => Make($"bits-{number}")),
        .. Enumerable.Range(0, 300).Select(number => Make($"bytes-{number}")),
        .. Enumerable.Range(0, 300).Select(number => Make($"numbers-{number}")),
    ];

    /// <summary>Further cases without end.</summary>
    internal IEnumerable<FuzzCase> Further()
    {
        for (int number = 2000; ; number++)
        {
            foreach (string kind in Kinds)
                yield return Make($"{kind}-{number}");
        }
    }

    /// <summary>The case of a name.</summary>
    internal FuzzCase Make(string name)
    {
        string[] parts = name.Split('-');
        int number = int.Parse(parts[1], CultureInfo.InvariantCulture);
        int kind = Array.IndexOf(Kinds, parts[0]);
        Random random = new(unchecked((seed * 1_000_003) + (4 * number) + kind));
        byte[] bytes = parts[0] switch
        {
            "cut" => good[..CutLength(number)],
            "bits" => FlipBits(random),
            "bytes" => SetBytes(random),
            "numbers" => SetNumber(random),
            _ => throw new ArgumentException($"'{name}' names no case", nameof(name)),
        };
        return new FuzzCase(name, bytes);
    }

    // 0 .. 16, then evenly spread, and the last 16 lengths before the whole.
    private int CutLength(int number)
    {
        if (good.Length <= Cuts || number <= 16)
            return number;
        if (number >= Cuts - 16)
            return good.Length - (Cuts - number);
        return 16 + (int)((long)(number - 16) * (good.Length - 32) / (Cuts - 32));
    }

    private byte[] FlipBits(Random random)
    {
        byte[] bytes = [.. good];
        for (int left = random.Next(1, 9); left > 0; left--)
            bytes[Place(random)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private byte[] SetBytes(Random random)
    {
        byte[] bytes = [.. good];
        for (int left = random.Next(1, 5); left > 0; left--)
            bytes[Place(random)] = random.Next(2) == 0 ? (byte)0 : (byte)0xFF;
        return bytes;
    }

    private byte[] SetNumber(Random random)
    {
        byte[] bytes = [.. good];
        byte[] number = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(number, ExtremeNumbers[random.Next(ExtremeNumbers.Length)]);
        int width = 1 << random.Next(1, 4), place = Place(random);
        number.AsSpan(0, Math.Min(width, bytes.Length - place)).CopyTo(bytes.AsSpan(place));
        return bytes;
    }

    private int Place(Random random) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(EndLength, good.Length)),
        1 => good.Length - 1 - random.Next(Math.Min(EndLength, good.Length)),
        _ => random.Next(good.Length),
    };
}
