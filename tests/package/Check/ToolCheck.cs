namespace NativeRnn.Package;

/// <summary>The package NativeRnn.Cli: the tool with all that it needs.</summary>
internal sealed class ToolCheck : PackageCheck
{
    private const string Folder = "tools/net10.0/any/";

    private static readonly string[] OwnFiles =
    [
        "DotnetToolSettings.xml", "NativeRnn.Cli.deps.json", "NativeRnn.Cli.dll", "NativeRnn.Cli.pdb",
        "NativeRnn.Cli.runtimeconfig.json", "NativeRnn.Plotting.dll", "NativeRnn.Plotting.pdb", "NativeRnn.dll",
        "NativeRnn.pdb",
    ];

    private static readonly string[] Libraries =
    [
        "Google.Protobuf", "HarfBuzzSharp", "Microsoft.Extensions.DependencyInjection.Abstractions",
        "Microsoft.Extensions.Logging.Abstractions", "ScottPlot", "SkiaSharp.HarfBuzz", "SkiaSharp",
        "Spectre.Console.Ansi", "Spectre.Console", "System.CommandLine", "System.IO.Hashing", "System.Numerics.Tensors",
    ];

    private static readonly string[] NativeLibraries = ["libHarfBuzzSharp", "libSkiaSharp", "libnativernn"];

    private static readonly (string Platform, string Ending)[] Platforms =
        [("linux-x64", "so"), ("linux-arm64", "so"), ("win-x64", "dll")];

    public override string Id => "NativeRnn.Cli";

    public override string Symbols => $"{Folder}NativeRnn.Cli.pdb";

    public override void CheckContent(Package package, string version)
    {
        package.RequireFiles([
            "PACKAGE.md", "icon.png", .. OwnFiles.Select(file => Folder + file),
            .. Libraries.Select(name => $"{Folder}{name}.dll"),
            .. Platforms.SelectMany(on => NativeLibraries.Select(
                name => $"{Folder}runtimes/{on.Platform}/native/{name}.{on.Ending}")),
        ]);
        package.Require(package.Field("packageType")?.Attribute("name")?.Value == "DotnetTool", "is no tool");
        RequireDependencies(package);
    }
}
