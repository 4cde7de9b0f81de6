using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using NativeRnn.Interop;

namespace NativeRnn.Tests.Interop;

/// <summary>
/// The header, the library and the generated externs say the same. After a change of the header,
/// run <c>dotnet run --project managed/NativeRnn.BindingsGenerator</c>.
/// </summary>
public partial class BindingsTests
{
    private const string GeneratedFile = "managed/NativeRnn/Interop/Generated/NativeMethods.g.cs";

    private static MethodInfo[] Externs =>
    [
        .. typeof(NativeMethods)
            .GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
            .Where(method => method.IsDefined(typeof(DllImportAttribute))),
    ];

    [Fact]
    public void GeneratedFile_FirstLine_IsStampOfHeader()
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(CHeader.File)));

        string firstLine = File.ReadLines(NativeBuild.RepositoryFile(GeneratedFile)).First();

        Assert.Equal($"// nativernn.h SHA-256: {hash}", firstLine);
    }

    [Fact]
    public void Externs_EntryPoints_AreTheHeadersFunctions()
    {
        IEnumerable<string> entryPoints = Externs
            .Select(method => method.GetCustomAttribute<DllImportAttribute>()!.EntryPoint!)
            .Order(StringComparer.Ordinal);

        Assert.Equal(CHeader.Functions, entryPoints);
    }

    [Fact]
    public void ExportsMap_Symbols_AreTheHeadersFunctions()
    {
        string map = File.ReadAllText(NativeBuild.RepositoryFile("native/exports.map"));

        IEnumerable<string> symbols = ExportedSymbol().Matches(map)
            .Select(match => match.Value)
            .Order(StringComparer.Ordinal);

        Assert.Equal(CHeader.Functions, symbols);
    }

    [Fact]
    public void Library_Exports_EveryFunctionOfHeader()
    {
        nint library = NativeLibrary.Load(NativeBuild.Library);
        try
        {
            Assert.All(
                CHeader.Functions,
                function => Assert.NotEqual(0, NativeLibrary.GetExport(library, function)));
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    [Fact]
    public void Externs_Types_AreBlittable()
    {
        Assert.All(Externs, method =>
        {
            IEnumerable<Type> types = method.GetParameters()
                .Select(parameter => parameter.ParameterType)
                .Append(method.ReturnType);
            Assert.All(types, type => Assert.True(IsBlittable(type), $"{method.Name}: {type}"));
        });
    }

    [Fact]
    public void CProgram_UsesTheInterface_AndLeavesNothingAlive()
    {
        ProgramResult result = NativeBuild.Run("abi_consumer");

        Assert.True(result.ExitCode == 0, result.Error);
    }

    private static bool IsBlittable(Type type) =>
        type.IsPointer || type.IsEnum || type == typeof(void) || type == typeof(nint)
        || type == typeof(int) || type == typeof(long) || type == typeof(float);

    [GeneratedRegex(@"\bnrnn_\w+(?=;)")]
    private static partial Regex ExportedSymbol();
}
