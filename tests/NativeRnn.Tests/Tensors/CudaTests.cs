namespace NativeRnn.Tests.Tensors;

/// <summary>What is said of GPUs, with one and without.</summary>
public sealed class CudaTests
{
    private const string NoGpu = "no GPU here: ";

    [Fact]
    public void CudaCount_Asked_Answers()
    {
        int count = Device.CudaCount;

        Assert.True(count >= 0);
        Assert.Equal(count > 0, Device.CudaStatus is "1 GPU" || Device.CudaStatus == $"{count} GPUs");
    }

    [SkippableFact]
    public void Cuda_WithoutAGpu_SaysWhyAndLeavesTheCpu()
    {
        Skip.If(Device.CudaCount > 0, "there is a GPU");

        foreach (MatrixPrecision? precision in new MatrixPrecision?[] { null, MatrixPrecision.BFloat16 })
        {
            NotSupportedException thrown = Assert.Throws<NotSupportedException>(() => Device.Cuda(0, precision));
            string reason = Device.CudaStatus[(Device.CudaStatus.IndexOf(": ", StringComparison.Ordinal) + 2)..];
            Assert.EndsWith(reason, thrown.Message, StringComparison.Ordinal);
        }

        using Device cpu = Device.Cpu(1);
        Assert.Equal(3, Tensor.Ones([3], cpu).Sum().Item());
    }

    /// <summary>What a run of the tests without a GPU leaves out, visibly.</summary>
    [SkippableFact]
    [Trait(TestDevice.Trait, TestDevice.Any)]
    public void Suite_RunsOnTheGpu()
    {
        Skip.IfNot(
            TestDevice.IsCuda,
            $"the tests ran on the CPU; on a GPU: {TestDevice.Variable}=cuda dotnet test (CUDA here: {Device.CudaStatus})");

        using Device device = TestDevice.Open();

        Assert.Equal(DeviceKind.Cuda, device.Kind);
    }

    [SkippableFact]
    [Trait(TestDevice.Trait, TestDevice.Any)]
    public void Cuda_SaysWhatItIs()
    {
        Skip.If(Device.CudaCount == 0, NoGpu + Device.CudaStatus);

        using Device device = Device.Cuda();

        Assert.Equal(DeviceKind.Cuda, device.Kind);
        Assert.Equal(0, device.Index);
        Assert.Equal(0, device.Threads);
        Assert.True(device.ComputeCapability >= 70);
        Assert.Equal($"sm_{device.ComputeCapability}", device.InstructionSet);
        Assert.True(device.Multiprocessors > 0);
        Assert.True(device.MemoryBytes > 1 << 20);
        Assert.Equal(
            device.ComputeCapability >= 80 ? MatrixPrecision.TensorFloat32 : MatrixPrecision.Float32, device.Precision);
        Assert.True(File.Exists(NativeLibraryInfo.CudaPath));
    }

    [SkippableFact]
    [Trait(TestDevice.Trait, TestDevice.Any)]
    public void Cuda_WithoutTheIndexOrThePrecision_SaysSo()
    {
        Skip.If(Device.CudaCount == 0, NoGpu + Device.CudaStatus);

        Assert.ThrowsAny<Exception>(() => Device.Cuda(Device.CudaCount));
        Assert.Throws<ArgumentException>(() => Device.Cuda(-1));
        Assert.Throws<ArgumentException>(() => Device.Cuda(0, (MatrixPrecision)9));
    }

    [Fact]
    public void Cpu_HasFloat32Alone()
    {
        using Device device = Device.Open(new DeviceOptions { Threads = 1, Precision = MatrixPrecision.Float32 });

        Assert.Equal(MatrixPrecision.Float32, device.Precision);
        Assert.Equal((0, 0, 0L), (device.ComputeCapability, device.Multiprocessors, device.MemoryBytes));
        NotSupportedException thrown = Assert.Throws<NotSupportedException>(
            () => Device.Open(new DeviceOptions { Precision = MatrixPrecision.BFloat16 }));
        Assert.Contains("precision", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu", DeviceKind.Cpu, 0)]
    [InlineData("CUDA", DeviceKind.Cuda, 0)]
    [InlineData("cuda:0", DeviceKind.Cuda, 0)]
    [InlineData("cuda:12", DeviceKind.Cuda, 12)]
    public void TryParse_OfAName_GivesTheDevice(string name, DeviceKind kind, int index)
    {
        Assert.True(DeviceOptions.TryParse(name, out DeviceOptions? options));
        Assert.Equal(new DeviceOptions { Kind = kind, Index = index }, options);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:1.5")]
    [InlineData("cuda:99999999999")]
    [InlineData("cpu:0")]
    public void TryParse_OfAnythingElse_GivesNone(string? name)
    {
        Assert.False(DeviceOptions.TryParse(name, out DeviceOptions? options));
        Assert.Null(options);
    }
}
