using System.Runtime.CompilerServices;
using NativeRnn.Interop;

namespace NativeRnn.Tests.Tensors;

[Collection(NativeObjects.Name)]
public sealed class LifetimeTests
{
    private readonly long _before = NativeObjects.Count();

    [Fact]
    public void Dispose_TwiceAndInAnyOrder_ClosesEverything()
    {
        Device device = Device.Cpu(1);
        Tensor a = Tensor.Ones([4], device), b = a.Reshape(2, 2), c = a + a, slice = a.View(1, [2]);
        c.RequireGradient();
        device.Dispose();
        device.Dispose();
        Assert.Equal([1, 1, 1, 1], a.ToArray());
        a.Dispose();
        a.Dispose();
        Assert.Throws<ObjectDisposedException>(() => a.ToArray());
        Assert.Equal([1, 1, 1, 1], b.ToArray());
        b.Dispose();
        Assert.Throws<ObjectDisposedException>(() => b.ToArray());
        Assert.Equal([1, 1], slice.ToArray());
        slice.Dispose();
        c.Dispose();
        Assert.Throws<ObjectDisposedException>(() => c.Gradient!.ToArray());
        Assert.Equal(_before, Device.LiveNativeObjects);
    }

    [Fact]
    public void DisposedDevice_MakesNothingNew()
    {
        Device device = Device.Cpu(1);
        Tensor x = Tensor.Ones([2], device);
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Tensor.Ones([2], device));
        Assert.Throws<ObjectDisposedException>(() => x + x);
        Assert.Throws<ObjectDisposedException>(() => device.Record());
        Assert.Throws<ObjectDisposedException>(device.Synchronize);
        x.Dispose();
        Assert.Equal(_before, Device.LiveNativeObjects);
    }

    [Fact]
    public void DisposedTensor_EveryUseThrows()
    {
        using Device device = Device.Cpu(1);
        Tensor x = Tensor.Ones([2, 2], device), y = Tensor.Ones([2, 2], device);
        x.Dispose();
        Action[] uses =
        [
            () => _ = x + y, () => _ = y * x, () => _ = x * 2, () => _ = -x, () => x.Exp(),
            () => x.MatMul(y), () => y.MatMul(x),
            () => x.Sum(), () => x.Sum(0), () => x.Mean(), () => x.Max(), () => x.Softmax(),
            () => _ = x[0], () => x.Reshape(4),
            () => x.Transpose(), () => x.Detach(), () => x.Clone(), () => x.ToArray(), () => x.Fill(1),
            () => x.Write([1f, 2f, 3f, 4f]),
            () => y.Write(x), () => x.RequireGradient(), () => Tensor.Concat([y, x], 0), () => Tensor.Stack([x, y]),
            () => Tensor.Where(x, y, y), () => Tensor.Where(y, y, x), () => x.ArgMax(), () => x.BroadcastTo(3, 2, 2),
            () => x.CopyTo(new float[4]), () => x.Reshape(1, 4), () => x.Greater(y), () => x.Flatten(),
        ];
        Assert.All(uses, use => Assert.Throws<ObjectDisposedException>(use));
    }

    [Fact]
    public void Finalizers_CloseWhatNobodyDisposed()
    {
        Abandon();
        Assert.Equal(_before, NativeObjects.Count());

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Abandon()
        {
            Device device = Device.Cpu(1);
            Tensor x = Tensor.Ones([8], device).RequireGradient();
            GradientTape tape = device.Record();
            tape.Backward((x * x.Reshape(8)).Sum());
            Assert.Equal(2, x.Gradient!.ToArray()[0]);
        }
    }

    [Fact]
    public void DefaultDevice_CannotBeClosed()
    {
        Device.Default.Dispose();
        using Tensor x = Tensor.Ones([2]);
        Assert.Same(Device.Default, x.Device);
        Assert.Equal([1, 1], x.ToArray());
    }

    [Fact]
    public void Tape_StepsOfOneShape_AllocateNothingNative()
    {
        using Device device = Device.Cpu(1);
        Tensor w = Tensor.RandomNormal([16, 16], seed: 1, device: device).RequireGradient();
        long warm = 0;
        for (int step = 0; step < 5; step++)
        {
            using GradientTape tape = device.Record();
            Tensor x = Tensor.Ones([4, 16], device);
            tape.Backward((x.MatMul(w).Tanh() + Tensor.Zeros([16], device))[.., ^1].Softmax().Log().Mean());
            if (step == 0)
                warm = Device.LiveNativeObjects;
        }
        Assert.Equal(warm, Device.LiveNativeObjects);
        w.Dispose();
        device.Dispose();
        Assert.Equal(_before, Device.LiveNativeObjects);
    }

    [Fact]
    public void Tape_StepsOfOneShape_AllocateLittleManaged()
    {
        using Device device = Device.Cpu(1);
        using Tensor w = Tensor.RandomNormal([16, 16], seed: 1, device: device).RequireGradient();
        using Tensor x = Tensor.Ones([4, 16], device);
        for (int step = 0; step < 50; step++)
            Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        const int Steps = 100;
        for (int step = 0; step < Steps; step++)
            Step();
        // About 10 tensors of 120 bytes, and 4 closures.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Steps, 0, 4000);

        void Step()
        {
            using GradientTape tape = device.Record();
            tape.Backward(x.MatMul(w).Tanh().Square().Mean());
        }
    }

    [Fact]
    public void Pool_WithShapesThatNeverComeBack_StaysSmall()
    {
        using Device device = Device.Cpu(1);
        for (int step = 0; step < 300; step++)
        {
            using GradientTape tape = device.Record();
            _ = Tensor.Ones([1000 + step], device) * 2;
        }
        Assert.InRange(device.Pool.Count, 1, 8);
    }

    /// <summary>Large results of about one length take the same memory in turn.</summary>
    [Fact]
    public void Pool_WithLargeShapesOfAboutOneLength_AllocatesOnce()
    {
        const int Rows = 600, Width = 512;
        using Device device = Device.Cpu(1);
        int count = 0;
        for (int step = 0; step < 40; step++)
        {
            // From a step to the next the length changes; all lie between two that the pool distinguishes.
            int rows = Rows - (step * 7 % 24);
            using GradientTape tape = device.Record();
            Tensor x = Tensor.Full([rows, Width], step, device);
            Tensor y = x * 2;
            Assert.Equal([rows, Width], y.Shape.ToArray());
            Assert.All(y.ToArray(), value => Assert.Equal(2 * step, value));
            count = step == 0 ? device.Pool.Count : count;
            Assert.Equal(count, device.Pool.Count);
        }
    }

    [Fact]
    public void Handles_ClosedWhileInUse_LiveUntilTheCallEnds()
    {
        for (int round = 0; round < 50; round++)
        {
            using Device device = Device.Cpu(1);
            Tensor x = Tensor.Ones([20_000], device), y = Tensor.Ones([20_000], device);
            BufferHandle buffer = x.Buffer;
            using var started = new ManualResetEventSlim();
            var user = new Thread(() =>
            {
                started.Set();
                try
                {
                    for (int i = 0; i < 1000; i++)
                        Ops.UnaryForward(NrnnUnaryOp.Tanh, x, y);
                }
                catch (ObjectDisposedException)
                {
                }
            });
            user.Start();
            started.Wait();
            buffer.Dispose();
            x.Dispose();
            user.Join();
            y.Dispose();
        }
        Assert.Equal(_before, NativeObjects.Count());
    }

    [Fact]
    public void Handles_ClosedByManyThreads_CloseOnce()
    {
        using (Device device = Device.Cpu(1))
        {
            for (int round = 0; round < 200; round++)
            {
                Tensor x = Tensor.Ones([16], device);
                BufferHandle buffer = x.Buffer;
                Parallel.For(0, 8, _ => buffer.Dispose());
                x.Dispose();
            }
        }
        Assert.Equal(_before, NativeObjects.Count());
    }

    [Fact]
    public void Lease_HoldsAnObjectThatIsClosed()
    {
        using Device device = Device.Cpu(1);
        long before = Device.LiveNativeObjects;
        BufferHandle buffer = Ops.BufferCreate(device.Handle, NrnnDtype.Float32, 4);
        using (Lease lease = buffer.Lease())
        {
            buffer.Dispose();
            Assert.NotEqual(IntPtr.Zero, lease.Pointer);
            Assert.Equal(before + 1, Device.LiveNativeObjects);
        }
        Assert.Equal(before, Device.LiveNativeObjects);
        Assert.Throws<ObjectDisposedException>(() => Ops.BufferLength(buffer));
    }

    [Fact]
    public void RnnHandle_OutlivesItsDevice()
    {
        Device device = Device.Cpu(1);
        RnnHandle rnn = Ops.RnnCreate(device, new RnnConfig
        {
            Cell = (int)NrnnCell.Lstm,
            NumLayers = 1,
            Directions = 1,
            Bias = 1,
            InputSize = 3,
            HiddenSize = 2,
        });
        device.Dispose();
        Assert.Equal(4 * 2 * (3 + 2 + 2), Ops.RnnParamsLength(rnn));
        RnnWeightLocation location = Ops.RnnLocateWeight(rnn, 0, 0, NrnnWeightKind.Hh);
        Assert.Equal((24L, 8L, 2L), (location.Offset, location.Rows, location.Columns));
        Assert.True(Ops.RnnReserveLength(rnn, 5, 2) > 0);
        rnn.Dispose();
        rnn.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Ops.RnnParamsLength(rnn));
        Assert.Equal(_before, Device.LiveNativeObjects);
    }
}
