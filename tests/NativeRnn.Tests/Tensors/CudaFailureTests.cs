using NativeRnn.Layers;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Tensors;

/// <summary>What fails on a GPU is an exception that names the call, and leaves the process and its CPU usable.</summary>
[Collection(NativeObjects.Name)]
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class CudaFailureTests
{
    [SkippableFact]
    public void Memory_UsedUp_IsOutOfMemory()
    {
        Skip.If(Device.CudaCount == 0, $"no GPU here: {Device.CudaStatus}");
        using Device gpu = Device.Cuda(0, MatrixPrecision.Float32);

        OutOfMemoryException thrown = Assert.Throws<OutOfMemoryException>(() => Tensor.Zeros([1 << 20, 1 << 18], gpu));

        Assert.Contains("nrnn_buffer_create", thrown.Message, StringComparison.Ordinal);
        AssertComputes(gpu);
        AssertCpuComputes();
    }

    [SkippableFact]
    public void Memory_UsedUpInTraining_IsOutOfMemory()
    {
        EmulatedGpu.Require();
        using Device gpu = Device.Cuda(0, MatrixPrecision.Float32);
        Sequential model = Model();
        using (new EmulatedGpu("MEMORY", "65536"))
        {
            Assert.Throws<OutOfMemoryException>(() => Train(model, gpu, rows: 4096));
        }

        AssertCpuComputes();
        AssertComputes(gpu);
    }

    [SkippableFact]
    public void Launch_Refused_NamesTheKernel()
    {
        EmulatedGpu.Require();
        using Device gpu = Device.Cuda(0, MatrixPrecision.Float32);
        using Tensor x = Tensor.Zeros([3], gpu);
        using (new EmulatedGpu("REFUSED_LAUNCH", "FillKernel"))
        {
            NativeRnnException thrown = Assert.Throws<NativeRnnException>(() => x.Fill(1));
            Assert.Contains("nrnn_buffer_fill", thrown.Message, StringComparison.Ordinal);
            Assert.Contains("FillKernel", thrown.Message, StringComparison.Ordinal);
        }

        AssertComputes(gpu);
        AssertCpuComputes();
    }

    [SkippableFact]
    public void Gpu_Lost_FailsEachCallAndLeavesTheCpu()
    {
        EmulatedGpu.Require();
        long alive = NativeObjects.Count();
        using (new EmulatedGpu("LOST", "FillKernel"))
        {
            using Device gpu = Device.Cuda(0, MatrixPrecision.Float32);
            using Tensor x = Tensor.Zeros([3], gpu);
            NativeRnnException thrown = Assert.Throws<NativeRnnException>(() =>
            {
                x.Fill(1);
                x.ToArray();
            });
            Assert.Contains("illegal memory access", thrown.Message, StringComparison.Ordinal);
            Assert.Throws<NativeRnnException>(gpu.Synchronize);
            Assert.ThrowsAny<Exception>(() => (x + x).ToArray());
            AssertCpuComputes();
        }

        Assert.Equal(alive, NativeObjects.Count());
        using Device again = Device.Cuda(0, MatrixPrecision.Float32);
        AssertComputes(again);
    }

    [SkippableFact]
    public void Fit_OnAGpuThatIsLost_ThrowsAndTrainsOnTheCpu()
    {
        EmulatedGpu.Require();
        using (new EmulatedGpu("LOST", "AdamKernel"))
        {
            using Device gpu = Device.Cuda(0, MatrixPrecision.Float32);
            Assert.Throws<NativeRnnException>(() => Train(Model(), gpu, rows: 8));
        }

        using Device cpu = Device.Cpu(1);
        Assert.True(Train(Model(), cpu, rows: 8).Losses[^1] > 0);
    }

    [SkippableTheory]
    [InlineData("35", "driver")]
    [InlineData("100", "no")]
    public void Gpu_NotThere_IsSaidOnAsking(string code, string word)
    {
        EmulatedGpu.Require();
        using EmulatedGpu none = new("NO_GPU", code);

        Assert.Equal(0, Device.CudaCount);
        Assert.Contains(word, Device.CudaStatus, StringComparison.Ordinal);
        Assert.Contains(
            word, Assert.Throws<NotSupportedException>(() => Device.Cuda()).Message, StringComparison.Ordinal);
        AssertCpuComputes();
    }

    [SkippableTheory]
    [InlineData("75", MatrixPrecision.Float32)]
    [InlineData("80", MatrixPrecision.TensorFloat32)]
    public void Precision_NotGiven_IsThatOfTheGpu(string capability, MatrixPrecision precision)
    {
        EmulatedGpu.Require();
        using EmulatedGpu old = new("CAPABILITY", capability);

        using Device gpu = Device.Cuda();

        Assert.Equal(precision, gpu.Precision);
        Assert.Equal($"sm_{capability}", gpu.InstructionSet);
    }

    [SkippableFact]
    public void Index_OutOfRange_IsToldByTheCallThatWaits()
    {
        Skip.If(Device.CudaCount == 0, $"no GPU here: {Device.CudaStatus}");
        using Device gpu = Device.Cuda(0, MatrixPrecision.Float32);
        Tensor table = Tensor.Zeros([3, 2], gpu);

        ArgumentException thrown = Assert.Throws<ArgumentException>(() =>
            table.Gather(0, Tensor.From([0, 7], [1, 2], gpu)).ToArray());

        Assert.Contains("7", thrown.Message, StringComparison.Ordinal);
        AssertComputes(gpu);
    }

    private static Sequential Model()
    {
        Sequential model = new(new Gru(6, seed: 1), new Dense(2, seed: 2));
        model.Compile(new MeanSquaredError(), new Adam(0.01f));
        return model;
    }

    private static History Train(Sequential model, Device device, int rows) => model.Fit(
        Numbers.Tensor(device, 1, rows, 3, 2), Numbers.Tensor(device, 2, rows, 2), 2, rows);

    private static void AssertCpuComputes()
    {
        using Device cpu = Device.Cpu(1);
        AssertComputes(cpu);
    }

    private static void AssertComputes(Device device)
    {
        using Tensor x = Tensor.Ones([3], device), sum = (x * 2).Sum();
        Assert.Equal(6, sum.Item());
    }
}
