using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NativeRnn.Interop;

namespace NativeRnn.Tests.Interop;

/// <summary>
/// C# lays out every struct of the header as the C compiler does, as the program abi_layout prints.
/// </summary>
public class StructLayoutTests
{
    private static readonly Lazy<IReadOnlyList<Line>> CLayout = new(ReadCLayout);

    /// <summary>The names in C of all structs of the header.</summary>
    public static TheoryData<string> Structs => [.. CHeader.Structs];

    [Fact]
    public void LayoutProgram_Structs_AreAllOfTheHeader()
    {
        IEnumerable<string> printed =
            CLayout.Value.Where(line => line.Field == "-").Select(line => line.Struct);

        Assert.Equal(CHeader.Structs, printed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Structs))]
    public void Struct_Size_IsThatOfC(string name)
    {
        int size = CLayout.Value.Single(line => line.Struct == name && line.Field == "-").Value;

        Assert.Equal(size, SizeOf(Generated(name)));
        Assert.Equal(size, Marshal.SizeOf(Generated(name)));
    }

    [Theory]
    [MemberData(nameof(Structs))]
    public void Struct_Fields_HaveTheOffsetsOfC(string name)
    {
        Type type = Generated(name);
        IEnumerable<(string, int)> expected = CLayout.Value
            .Where(line => line.Struct == name && line.Field != "-")
            .Select(line => (CHeader.ToCSharp(line.Field), line.Value));

        IEnumerable<(string, int)> actual = type
            .GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            .Select(field => (field.Name, (int)Marshal.OffsetOf(type, field.Name)))
            .OrderBy(field => field.Item2);

        Assert.Equal(expected, actual);
    }

    private static Type Generated(string name) =>
        typeof(NativeMethods).Assembly
            .GetType($"NativeRnn.Interop.{CHeader.ToCSharp(name)}", throwOnError: true)!;

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!
            .MakeGenericMethod(type).Invoke(null, null)!;

    private static Line[] ReadCLayout()
    {
        ProgramResult result = NativeBuild.Run("abi_layout");
        Assert.True(result.ExitCode == 0, result.Error);

        return
        [
            .. result.Output.ReplaceLineEndings("\n")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' '))
                .Select(words => new Line(words[0], words[1], Number(words[2]))),
        ];
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Line(string Struct, string Field, int Value);
}
