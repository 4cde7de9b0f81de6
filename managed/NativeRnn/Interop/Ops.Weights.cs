namespace NativeRnn.Interop;

// What is done to all gradients, or to weights, beside an optimiser's step.
internal static unsafe partial class Ops
{
    /// <summary>Scales the gradients to a common norm of at most <paramref name="maxNorm"/>; the norm before.</summary>
    internal static float ClipGlobalNorm(ReadOnlySpan<Tensor> gradients, float maxNorm)
    {
        using LeaseTable leases = new(gradients);
        float norm;
        fixed (IntPtr* handles = leases.Pointers)
            Status.ThrowIfFailed(NativeMethods.ClipGlobalNorm(handles, gradients.Length, maxNorm, &norm));
        return norm;
    }

    /// <summary>Cuts each element to at most <paramref name="maxValue"/> on both sides of zero.</summary>
    internal static void ClipValues(ReadOnlySpan<Tensor> gradients, float maxValue)
    {
        using LeaseTable leases = new(gradients);
        fixed (IntPtr* handles = leases.Pointers)
            Status.ThrowIfFailed(NativeMethods.ClipValues(handles, gradients.Length, maxValue));
    }

    /// <summary>The penalty l1 |w| + l2 w^2 on weights; adds its gradient if there are gradients.</summary>
    internal static float Regularize(
        ReadOnlySpan<Tensor> parameters,
        ReadOnlySpan<Tensor> gradients,
        ReadOnlySpan<float> l1,
        ReadOnlySpan<float> l2)
    {
        int count = parameters.Length;
        using LeaseTable leases = new(parameters, gradients);
        float penalty;
        fixed (IntPtr* handles = leases.Pointers)
        fixed (float* absolute = l1, square = l2)
        {
            var args = new RegularizeArgs
            {
                Count = count,
                L1 = (IntPtr)absolute,
                L2 = (IntPtr)square,
                Parameters = (IntPtr)handles,
                Gradients = gradients.IsEmpty ? IntPtr.Zero : (IntPtr)(handles + count),
            };
            Status.ThrowIfFailed(NativeMethods.Regularize(&args, &penalty));
        }
        return penalty;
    }

    /// <summary>Scales runs along an axis to a norm of at most <paramref name="maxNorm"/>.</summary>
    internal static void MaxNorm(Axis axis, float maxNorm, Tensor x)
    {
        using Lease px = Lease.Of(x);
        Status.ThrowIfFailed(NativeMethods.MaxNorm(&axis, maxNorm, px.Pointer));
    }

    /// <summary>average = decay average + (1 - decay) value, for all.</summary>
    internal static void MovingAverage(
        ReadOnlySpan<Tensor> averages, ReadOnlySpan<Tensor> values, float decay)
    {
        using LeaseTable leases = new(averages, values);
        fixed (IntPtr* handles = leases.Pointers)
            Status.ThrowIfFailed(
                NativeMethods.MovingAverage(handles, handles + averages.Length, averages.Length, decay));
    }
}
