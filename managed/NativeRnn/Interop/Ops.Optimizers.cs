using System.Buffers;

namespace NativeRnn.Interop;

internal static unsafe partial class Ops
{
    internal static void AdamStep(in AdamCall call)
    {
        using Lease parameter = Lease.Of(call.Parameter), gradient = Lease.Of(call.Gradient);
        using Lease first = Lease.Of(call.First), second = Lease.Of(call.Second);
        var args = new AdamArgs
        {
            LearningRate = call.LearningRate,
            Beta1 = call.Beta1,
            Beta2 = call.Beta2,
            Epsilon = call.Epsilon,
            WeightDecay = call.WeightDecay,
            Decoupled = call.Decoupled ? 1 : 0,
            Step = call.Step,
            Parameter = parameter.Pointer,
            Gradient = gradient.Pointer,
            First = first.Pointer,
            Second = second.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.AdamStep(&args));
    }

    internal static void SgdStep(in SgdCall call)
    {
        using Lease parameter = Lease.Of(call.Parameter), gradient = Lease.Of(call.Gradient);
        using Lease velocity = Lease.Of(call.Velocity);
        var args = new SgdArgs
        {
            LearningRate = call.LearningRate,
            Momentum = call.Momentum,
            WeightDecay = call.WeightDecay,
            Nesterov = call.Nesterov ? 1 : 0,
            Parameter = parameter.Pointer,
            Gradient = gradient.Pointer,
            Velocity = velocity.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.SgdStep(&args));
    }

    internal static void RmspropStep(in RmspropCall call)
    {
        using Lease parameter = Lease.Of(call.Parameter), gradient = Lease.Of(call.Gradient);
        using Lease square = Lease.Of(call.Square), velocity = Lease.Of(call.Velocity);
        var args = new RmspropArgs
        {
            LearningRate = call.LearningRate,
            Alpha = call.Alpha,
            Epsilon = call.Epsilon,
            Momentum = call.Momentum,
            WeightDecay = call.WeightDecay,
            Parameter = parameter.Pointer,
            Gradient = gradient.Pointer,
            Square = square.Pointer,
            Velocity = velocity.Pointer,
        };
        Status.ThrowIfFailed(NativeMethods.RmspropStep(&args));
    }

    /// <summary>Scales the gradients to a common norm of at most <paramref name="maxNorm"/>; the norm before.</summary>
    internal static float ClipGlobalNorm(ReadOnlySpan<Tensor> gradients, float maxNorm)
    {
        // The number of leases is not known when compiling, so they are taken by hand.
        BufferHandle[] held = ArrayPool<BufferHandle>.Shared.Rent(gradients.Length);
        IntPtr[] pointers = ArrayPool<IntPtr>.Shared.Rent(gradients.Length);
        int count = 0;
        try
        {
            foreach (Tensor gradient in gradients)
            {
                BufferHandle buffer = gradient.Buffer;
                bool taken = false;
                buffer.DangerousAddRef(ref taken);
                pointers[count] = buffer.DangerousGetHandle();
                held[count++] = buffer;
            }
            float norm;
            fixed (IntPtr* handles = pointers)
                Status.ThrowIfFailed(NativeMethods.ClipGlobalNorm(handles, count, maxNorm, &norm));
            return norm;
        }
        finally
        {
            for (int i = 0; i < count; i++)
                held[i].DangerousRelease();
            ArrayPool<BufferHandle>.Shared.Return(held, clearArray: true);
            ArrayPool<IntPtr>.Shared.Return(pointers);
        }
    }
}
