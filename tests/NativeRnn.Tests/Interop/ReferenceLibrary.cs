using System.Runtime.InteropServices;
using NativeRnn.Interop;

namespace NativeRnn.Tests.Interop;

/// <summary>
/// The equations as plain loops in double: the oracle of the native tests, behind C functions.
/// </summary>
internal static unsafe class ReferenceLibrary
{
    private static readonly nint Library = NativeLibrary.Load(
        Path.Combine(NativeBuild.Directory, "tests", "native", "libnativernn_reference_c.so"));

    private static readonly delegate* unmanaged<RnnArgs*, byte*> Rnn =
        (delegate* unmanaged<RnnArgs*, byte*>)NativeLibrary.GetExport(
            Library, "nrnn_reference_rnn");

    /// <summary>
    /// Runs a recurrent stack forward and, if it has gradients to fill, backward. Null arrays are
    /// left out, as in nativernn.h.
    /// </summary>
    public static void Run(RnnConfig config, ReferenceInputs inputs, ReferenceOutputs outputs)
    {
        fixed (double* parameters = inputs.Parameters, x = inputs.X, h0 = inputs.H0, c0 = inputs.C0)
        fixed (double* dy = inputs.Dy, dhn = inputs.Dhn, dcn = inputs.Dcn)
        fixed (double* y = outputs.Y, hn = outputs.Hn, cn = outputs.Cn, dx = outputs.Dx)
        fixed (double* dh0 = outputs.Dh0, dc0 = outputs.Dc0, dparams = outputs.Dparams)
        fixed (int* lengths = inputs.Lengths)
        {
            RnnArgs args = new()
            {
                Config = &config,
                Steps = inputs.Steps,
                Batch = inputs.Batch,
                Seed = inputs.Seed,
                Params = parameters,
                X = x,
                Lengths = lengths,
                H0 = h0,
                C0 = c0,
                Y = y,
                Hn = hn,
                Cn = cn,
                Dy = dy,
                Dhn = dhn,
                Dcn = dcn,
                Dx = dx,
                Dh0 = dh0,
                Dc0 = dc0,
                Dparams = dparams,
            };
            Check(Rnn(&args));
        }
    }

    private static void Check(byte* message)
    {
        if (message != null)
        {
            throw new InvalidOperationException(Marshal.PtrToStringUTF8((nint)message));
        }
    }

    // nrnn_reference_rnn_args of tests/native/reference_library.cc.
    private struct RnnArgs
    {
        public RnnConfig* Config;
        public long Steps;
        public long Batch;
        public long Seed;
        public double* Params;
        public double* X;
        public int* Lengths;
        public double* H0;
        public double* C0;
        public double* Y;
        public double* Hn;
        public double* Cn;
        public double* Dy;
        public double* Dhn;
        public double* Dcn;
        public double* Dx;
        public double* Dh0;
        public double* Dc0;
        public double* Dparams;
    }
}
