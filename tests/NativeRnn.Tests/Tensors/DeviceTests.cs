using NativeRnn.Interop;

namespace NativeRnn.Tests.Tensors;

public sealed class DeviceTests
{
    [Fact]
    public void Cpu_SaysWhatItIs()
    {
        using Device device = Device.Cpu(threads: 2);
        Assert.Equal(DeviceKind.Cpu, device.Kind);
        Assert.Equal(0, device.Index);
        Assert.Equal(2, device.Threads);
        Assert.NotEqual(nameof(CpuTarget.Best), device.InstructionSet);
        Assert.Contains(device.InstructionSet, Enum.GetNames<CpuTarget>());
        device.Synchronize();
    }

    [Fact]
    public void Cpu_ZeroThreads_TakesThoseOfTheProcess()
    {
        using Device device = Device.Cpu();
        Assert.Equal(Environment.ProcessorCount, device.Threads);
    }

    [Fact]
    public void Open_ImpossibleOptions_SaysWhichOne()
    {
        TestThrows<ArgumentException>(new DeviceOptions { Threads = -1 }, "threads");
        TestThrows<ArgumentException>(new DeviceOptions { Threads = 5000 }, "threads");
        TestThrows<ArgumentException>(new DeviceOptions { Kind = (DeviceKind)9 }, "kind");
        TestThrows<ArgumentException>(new DeviceOptions { CpuTarget = (CpuTarget)9 }, "cpu_target");
        Assert.Throws<ArgumentNullException>(() => Device.Open(null!));

        static void TestThrows<T>(DeviceOptions options, string word)
            where T : Exception =>
            Assert.Contains(word, Assert.ThrowsAny<T>(() => Device.Open(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TargetThatIsNotHere_IsNotSupported()
    {
        CpuTarget foreign = System.Runtime.Intrinsics.X86.X86Base.IsSupported ? CpuTarget.Neon : CpuTarget.Avx2;
        Assert.Throws<NotSupportedException>(() => Device.Open(new DeviceOptions { CpuTarget = foreign }));
    }

    [Fact]
    public void Open_EveryTargetOfThisMachine_ComputesTheSame()
    {
        foreach (CpuTarget target in Enum.GetValues<CpuTarget>())
        {
            try
            {
                using Device device = Device.Open(new DeviceOptions { Threads = 1, CpuTarget = target });
                Assert.Equal(6, (Tensor.Ones([3], device) * 2).Sum().Item());
            }
            catch (NotSupportedException)
            {
                Assert.NotEqual(CpuTarget.Best, target);
                Assert.NotEqual(CpuTarget.Baseline, target);
            }
        }
    }

    [Fact]
    public void MeasureLimits_GivesPositiveFiniteNumbers()
    {
        using Device device = Device.Cpu(threads: 2);
        foreach (long workingSet in new[] { 1024L, 256 << 10 })
        {
            DeviceLimits limits = device.MeasureLimits(workingSet);
            Assert.True(limits.Gflops > 0 && float.IsFinite(limits.Gflops), $"{limits}");
            Assert.True(limits.GigabytesPerSecond > 0 && float.IsFinite(limits.GigabytesPerSecond), $"{limits}");
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1023)]
    [InlineData((1L << 30) + 1)]
    public void MeasureLimits_SizeOutOfRange_SaysWhatItShouldBe(long workingSet)
    {
        using Device device = Device.Cpu(threads: 1);
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => device.MeasureLimits(workingSet));
        Assert.Contains($"working_set is {workingSet}, must be 1024..1073741824", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MeasureLimits_DisposedDevice_Throws()
    {
        Device device = Device.Cpu(threads: 1);
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.MeasureLimits(4096));
    }

    [Fact]
    public void Version_OfAnotherLibrary_IsRefusedWithBothNumbers()
    {
        NativeLibraryVersion.Check();
        Assert.Equal(NativeLibraryVersion.Expected, NativeLibraryInfo.AbiVersion);
        NativeRnnException thrown = Assert.Throws<NativeRnnException>(() => NativeLibraryVersion.Check(99));
        Assert.Contains("version 99", thrown.Message, StringComparison.Ordinal);
        Assert.Contains($"version {NativeLibraryVersion.Expected}", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LibraryPath_IsAFile()
    {
        if (OperatingSystem.IsLinux())
            Assert.True(File.Exists(NativeLibraryInfo.Path));
    }

    [Fact]
    public void Status_EachKind_HasItsException()
    {
        Status.ThrowIfFailed(NrnnStatus.Ok);
        Assert.Throws<ArgumentException>(() => Status.ThrowIfFailed(NrnnStatus.InvalidArgument));
        Assert.Throws<OutOfMemoryException>(() => Status.ThrowIfFailed(NrnnStatus.OutOfMemory));
        Assert.Throws<NotSupportedException>(() => Status.ThrowIfFailed(NrnnStatus.Unsupported));
        Assert.Throws<NativeRnnException>(() => Status.ThrowIfFailed(NrnnStatus.DeviceFailed));
        Assert.Throws<NativeRnnException>(() => Status.ThrowIfFailed(NrnnStatus.Internal));
    }
}
