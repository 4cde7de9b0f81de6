namespace NativeRnn.Interop;

internal static unsafe partial class Ops
{
    internal static void AdamStep(in AdamCall call)
    {
        int count = call.Parameters.Length;
        using LeaseTable leases = new(call.Parameters, call.Gradients, call.First, call.Second);
        fixed (IntPtr* handles = leases.Pointers)
        {
            var args = new AdamArgs
            {
                LearningRate = call.LearningRate,
                Beta1 = call.Beta1,
                Beta2 = call.Beta2,
                Epsilon = call.Epsilon,
                WeightDecay = call.WeightDecay,
                ClipValue = call.ClipValue,
                Decoupled = call.Decoupled ? 1 : 0,
                Step = call.Step,
                Count = count,
                Parameters = (IntPtr)handles,
                Gradients = (IntPtr)(handles + count),
                First = (IntPtr)(handles + (2 * count)),
                Second = (IntPtr)(handles + (3 * count)),
            };
            Status.ThrowIfFailed(NativeMethods.AdamStep(&args));
        }
    }

    internal static void SgdStep(in SgdCall call)
    {
        int count = call.Parameters.Length;
        using LeaseTable leases = new(call.Parameters, call.Gradients, call.Velocities);
        fixed (IntPtr* handles = leases.Pointers)
        {
            var args = new SgdArgs
            {
                LearningRate = call.LearningRate,
                Momentum = call.Momentum,
                WeightDecay = call.WeightDecay,
                ClipValue = call.ClipValue,
                Nesterov = call.Nesterov ? 1 : 0,
                Count = count,
                Parameters = (IntPtr)handles,
                Gradients = (IntPtr)(handles + count),
                Velocities = call.Velocities.IsEmpty ? IntPtr.Zero : (IntPtr)(handles + (2 * count)),
            };
            Status.ThrowIfFailed(NativeMethods.SgdStep(&args));
        }
    }

    internal static void RmspropStep(in RmspropCall call)
    {
        int count = call.Parameters.Length;
        using LeaseTable leases = new(call.Parameters, call.Gradients, call.Squares, call.Velocities);
        fixed (IntPtr* handles = leases.Pointers)
        {
            var args = new RmspropArgs
            {
                LearningRate = call.LearningRate,
                Alpha = call.Alpha,
                Epsilon = call.Epsilon,
                Momentum = call.Momentum,
                WeightDecay = call.WeightDecay,
                ClipValue = call.ClipValue,
                Count = count,
                Parameters = (IntPtr)handles,
                Gradients = (IntPtr)(handles + count),
                Squares = (IntPtr)(handles + (2 * count)),
                Velocities = call.Velocities.IsEmpty ? IntPtr.Zero : (IntPtr)(handles + (3 * count)),
            };
            Status.ThrowIfFailed(NativeMethods.RmspropStep(&args));
        }
    }

    internal static void AdagradStep(in AdagradCall call)
    {
        int count = call.Parameters.Length;
        using LeaseTable leases = new(call.Parameters, call.Gradients, call.Sums);
        fixed (IntPtr* handles = leases.Pointers)
        {
            var args = new AdagradArgs
            {
                LearningRate = call.LearningRate,
                Epsilon = call.Epsilon,
                WeightDecay = call.WeightDecay,
                ClipValue = call.ClipValue,
                Count = count,
                Parameters = (IntPtr)handles,
                Gradients = (IntPtr)(handles + count),
                Sums = (IntPtr)(handles + (2 * count)),
            };
            Status.ThrowIfFailed(NativeMethods.AdagradStep(&args));
        }
    }

    internal static void LionStep(in LionCall call)
    {
        int count = call.Parameters.Length;
        using LeaseTable leases = new(call.Parameters, call.Gradients, call.First);
        fixed (IntPtr* handles = leases.Pointers)
        {
            var args = new LionArgs
            {
                LearningRate = call.LearningRate,
                Beta1 = call.Beta1,
                Beta2 = call.Beta2,
                WeightDecay = call.WeightDecay,
                ClipValue = call.ClipValue,
                Count = count,
                Parameters = (IntPtr)handles,
                Gradients = (IntPtr)(handles + count),
                First = (IntPtr)(handles + (2 * count)),
            };
            Status.ThrowIfFailed(NativeMethods.LionStep(&args));
        }
    }
}
