using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>One run of a recurrent layer: checks, forward and what backward needs.</summary>
internal sealed class RecurrentCall
{
    private readonly RecurrentSettings _settings;
    private readonly RnnPlan _plan;
    private readonly Tensor _weights;
    private readonly Tensor _x;
    private readonly Tensor? _h0;
    private readonly Tensor? _c0;
    private readonly Tensor? _lengths;
    private readonly int _steps;
    private readonly int _batch;
    private long _seed;
    private RnnHandle? _handle;
    private Tensor? _y;
    private Tensor? _hn;
    private Tensor? _cn;
    private Tensor? _reserve;

    internal RecurrentCall(
        RecurrentSettings settings,
        RnnPlan plan,
        Tensor weights,
        Tensor x,
        RecurrentState? state,
        Tensor? lengths)
    {
        _settings = settings;
        _plan = plan;
        _weights = weights;
        _x = x;
        (_batch, _steps) = settings.BatchFirst ? (x.Shape[0], x.Shape[1]) : (x.Shape[1], x.Shape[0]);
        _h0 = state?.Hidden;
        _c0 = state?.Cell;
        _lengths = lengths;
        Sizes.RequireDevice(x, weights.Device, "input");
        CheckState(state);
        if (lengths is not null)
        {
            Sizes.RequireLengths(lengths, _batch, _steps, x.Device, nameof(lengths));
        }
    }

    internal RecurrentOutput Run(bool dropout, long seed, bool stateLeaves)
    {
        GradientTape? tape = GradientTape.For([_weights, _x, _h0, _c0]);
        bool keep = tape is not null || dropout;
        _handle = _plan.Choose(keep, dropout);
        _seed = seed;
        Device device = _x.Device;
        int width = _settings.Directions * _settings.OutputSize;
        _y = Tensor.Empty([_x.Shape[0], _x.Shape[1], width], device);
        _hn = State([StateRows, _batch, _settings.OutputSize], stateLeaves);
        _cn = _settings.Cell == RnnCell.Lstm
            ? State([StateRows, _batch, _settings.HiddenSize], stateLeaves)
            : null;
        _reserve = keep
            ? Tensor.Scratch([RnnPlan.ReserveLength(_handle, _steps, _batch)], device)
            : null;
        Ops.RnnForward(_handle, new RnnForwardCall
        {
            Steps = _steps,
            Batch = _batch,
            Seed = _seed,
            Params = _weights,
            X = _x,
            Lengths = _lengths,
            H0 = _h0,
            C0 = _c0,
            Y = _y,
            Hn = _hn,
            Cn = _cn,
            Reserve = _reserve,
        });
        Record(tape);
        _x.Device.Trace?.Fuse(
            OperationTrace.Mark(device),
            TracedKind.Recurrent,
            new TracedRecurrence(_settings, _plan),
            _cn is null ? [_y, _hn] : [_y, _hn, _cn],
            [_x, _weights, _h0, _c0, _lengths]);
        return new RecurrentOutput(_y, new RecurrentState(_hn, _cn));
    }

    private Tensor State(ReadOnlySpan<int> shape, bool leaves) =>
        leaves ? Tensor.Empty(shape, _x.Device) : Tensor.Scratch(shape, _x.Device);

    private void Record(GradientTape? tape)
    {
        if (tape is null)
        {
            _reserve?.Dispose();
        }
        else
        {
            Operands call = new(State: this);
            if (_cn is null)
            {
                tape.Record([_y!, _hn!], call, Backward);
            }
            else
            {
                tape.Record([_y!, _hn!, _cn], call, Backward);
            }
        }
    }

    private static void Backward(GradientTape tape, in RecordedOperation operation, Tensor dy) =>
        ((RecurrentCall)operation.Operands.State!).Backward(tape);

    private void Backward(GradientTape tape)
    {
        Tensor? dx = TargetOf(tape, _x);
        Tensor? dh0 = TargetOf(tape, _h0);
        Tensor? dc0 = TargetOf(tape, _c0);
        Ops.RnnBackward(_handle!, new RnnBackwardCall
        {
            Steps = _steps,
            Batch = _batch,
            Seed = _seed,
            Params = _weights,
            X = _x,
            Lengths = _lengths,
            H0 = _h0,
            C0 = _c0,
            Y = _y!,
            Reserve = _reserve!,
            Dy = tape.GradientOf(_y!),
            Dhn = tape.GradientOf(_hn!),
            Dcn = _cn is null ? null : tape.GradientOf(_cn),
            Dx = dx,
            Dh0 = dh0,
            Dc0 = dc0,
            Dparams = tape.NeedsGradient(_weights) ? tape.GradientTarget(_weights) : null,
        });
        Pass(tape, _x, dx);
        Pass(tape, _h0, dh0);
        Pass(tape, _c0, dc0);
    }

    private static Tensor? TargetOf(GradientTape tape, Tensor? input) =>
        tape.NeedsGradient(input) ? Tensor.Empty(input!.Shape, input.Device) : null;

    private static void Pass(GradientTape tape, Tensor? input, Tensor? gradient)
    {
        if (gradient is not null)
        {
            tape.Accumulate(input!, gradient, fresh: true);
        }
    }

    private int StateRows => _settings.NumLayers * _settings.Directions;

    private void CheckState(RecurrentState? state)
    {
        if (state is not RecurrentState given)
        {
            return;
        }

        Sizes.RequireFloats(given.Hidden, "state");
        Sizes.RequireShape(given.Hidden, [StateRows, _batch, _settings.OutputSize], "state");
        Sizes.RequireDevice(given.Hidden, _x.Device, "state");
        if (_settings.Cell == RnnCell.Lstm)
        {
            Sizes.RequireFloats(given.Cell!, "state");
            Sizes.RequireShape(given.Cell!, [StateRows, _batch, _settings.HiddenSize], "state");
            Sizes.RequireDevice(given.Cell!, _x.Device, "state");
        }
    }
}
