namespace NativeRnn.Package;

/// <summary>The package NativeRnn.</summary>
internal sealed class LibraryCheck : PackageCheck
{
    private const long MaximumBytes = 6_000_000, MaximumNativeBytes = 1_500_000;

    public override string Id => "NativeRnn";

    public override string Symbols => "lib/net10.0/NativeRnn.pdb";

    public override void CheckContent(Package package, string version)
    {
        package.RequireFiles(
            "PACKAGE.md", "icon.png", "lib/net10.0/NativeRnn.dll", "lib/net10.0/NativeRnn.xml",
            "runtimes/linux-x64/native/libnativernn.so", "runtimes/linux-arm64/native/libnativernn.so",
            "runtimes/win-x64/native/libnativernn.dll");
        RequireDependencies(
            package, "Google.Protobuf", "Microsoft.Extensions.DependencyInjection.Abstractions",
            "Microsoft.Extensions.Logging.Abstractions", "System.IO.Hashing", "System.Numerics.Tensors");
        package.RequireAtMost("runtimes/linux-x64/native/libnativernn.so", MaximumNativeBytes);
        package.Require(
            package.Length <= MaximumBytes, $"has {package.Length:N0} bytes, should have at most {MaximumBytes:N0}");
    }
}
