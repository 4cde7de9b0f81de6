namespace NativeRnn.Package;

/// <summary>The package NativeRnn.Cuda. It is made where the compiler for GPUs is.</summary>
internal sealed class CudaCheck : PackageCheck
{
    public override string Id => "NativeRnn.Cuda";

    public override bool IsOptional => true;

    public override void CheckContent(Package package, string version)
    {
        package.RequireFiles(
            "PACKAGE.md", "icon.png", "lib/net10.0/_._", "runtimes/linux-x64/native/libnativernn_cuda.so");
        RequireDependencies(package, $"NativeRnn [{version}]");
    }
}
