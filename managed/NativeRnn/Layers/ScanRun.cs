using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// One run of an elementwise recurrence: the product of all steps with the input weights, then the
/// recurrence; and both backward.
/// </summary>
internal sealed class ScanRun
{
    private readonly ScanSettings _settings;
    private readonly ScanWeights _weights;
    private readonly Tensor _x;
    private readonly Tensor? _h0;
    private readonly Tensor? _lengths;
    private readonly int _steps;
    private readonly int _batch;
    private Tensor? _gates;
    private Tensor? _y;
    private Tensor? _hn;

    internal ScanRun(
        ScanSettings settings, ScanWeights weights, Tensor x, Tensor? state, Tensor? lengths)
    {
        _settings = settings;
        _weights = weights;
        _x = x;
        (_batch, _steps) = settings.BatchFirst ? (x.Shape[0], x.Shape[1]) : (x.Shape[1], x.Shape[0]);
        _h0 = state;
        _lengths = lengths;
        Sizes.RequireDevice(x, Weight.Device, "input");
        if (state is not null)
        {
            Sizes.RequireFloats(state, nameof(state));
            Sizes.RequireShape(state, StateShape, nameof(state));
            Sizes.RequireDevice(state, x.Device, nameof(state));
        }

        if (lengths is not null)
        {
            Sizes.RequireLengths(lengths, _batch, _steps, x.Device, nameof(lengths));
        }
    }

    private int[] StateShape => [_settings.Directions, _batch, _settings.HiddenSize];

    private Tensor Weight => _weights.Weight.Value;

    private Tensor? Bias => _weights.Bias?.Value;

    private Tensor? Recurrent => _weights.Recurrent?.Value;

    /// <summary>Outputs [..,D H] in the input's order of axes, and states [D,B,H].</summary>
    internal (Tensor Output, Tensor State) Forward()
    {
        Device device = _x.Device;
        int width = _settings.Directions * _settings.HiddenSize;
        _gates = Tensor.Scratch([_x.Shape[0], _x.Shape[1], _settings.Gates * width], device);
        Ops.LinearForward(_x, Weight, Bias, _gates);
        _y = Tensor.Empty([_x.Shape[0], _x.Shape[1], width], device);
        _hn = Tensor.Empty(StateShape, device);
        Ops.ScanForward(Call(), _y, _hn);
        if (GradientTape.For([Weight, _x, _h0]) is { } tape)
        {
            tape.Record([_y, _hn], new Operands(State: this), Backward);
        }
        else
        {
            _gates.Dispose();
        }

        device.Trace?.Fuse(
            OperationTrace.Mark(device),
            TracedKind.Unsupported,
            $"is an elementwise recurrence ({_settings.Kind}), for which ONNX has no operator",
            [_y, _hn],
            [_x, Weight, _h0, _lengths]);
        return (_y, _hn);
    }

    private static void Backward(GradientTape tape, in RecordedOperation operation, Tensor dy) =>
        ((ScanRun)operation.Operands.State!).Backward(tape);

    // The pre-activations' gradients take the place of the pre-activations.
    private void Backward(GradientTape tape)
    {
        Tensor dgates = _gates!;
        Tensor? dh0 = TargetOf(tape, _h0);
        Ops.ScanBackward(Call(), new ScanGradientsCall
        {
            Y = _y!,
            Dy = tape.GradientOf(_y!),
            Dhn = tape.GradientOf(_hn!),
            Dgates = dgates,
            Du = SumOf(tape, Recurrent),
            Dh0 = dh0,
        });
        Tensor? dx = TargetOf(tape, _x);
        Ops.LinearBackward(new LinearBackwardCall
        {
            X = _x,
            Weight = Weight,
            Dy = dgates,
            Dx = dx,
            Dweight = SumOf(tape, Weight),
            Dbias = SumOf(tape, Bias),
        });
        Pass(tape, _x, dx);
        Pass(tape, _h0, dh0);
    }

    private static Tensor? TargetOf(GradientTape tape, Tensor? input) =>
        tape.NeedsGradient(input) ? Tensor.Empty(input!.Shape, input.Device) : null;

    private static Tensor? SumOf(GradientTape tape, Tensor? parameter) =>
        tape.NeedsGradient(parameter) ? tape.GradientTarget(parameter!) : null;

    private static void Pass(GradientTape tape, Tensor? input, Tensor? gradient)
    {
        if (gradient is not null)
        {
            tape.Accumulate(input!, gradient, fresh: true);
        }
    }

    private ScanCall Call() => new()
    {
        Kind = _settings.Kind,
        Directions = _settings.Directions,
        BatchFirst = _settings.BatchFirst,
        Steps = _steps,
        Batch = _batch,
        Hidden = _settings.HiddenSize,
        Gates = _gates!,
        U = Recurrent,
        Lengths = _lengths,
        H0 = _h0,
    };
}
