using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// One run with checkpoints (Chen 2016): the forward pass keeps the states between parts of the
/// sequence; the backward pass goes from the last part to the first, runs each forward again, now
/// with a reserve, and hands the gradient of its first state to the part before.
/// </summary>
internal sealed class CheckpointedCall
{
    private readonly CheckpointedPart _part;
    private readonly Tensor _x;
    private readonly RecurrentState? _start;
    private readonly int[]? _lengths;
    private readonly long? _seed;
    private readonly int _axis;
    private readonly int _steps;
    private readonly int _batch;
    private readonly int _partSteps;
    private readonly RnnHandle _handle;
    private readonly RecurrentState?[] _states;
    private readonly Tensor?[] _partLengths;
    private readonly Tensor _y;
    private CheckpointRoom? _room;
    private CheckpointRoom? _lastRoom;

    internal CheckpointedCall(
        CheckpointedPart part,
        Tensor x,
        RecurrentState? state,
        int[]? lengths,
        int partSteps,
        long? seed)
    {
        (_part, _x, _start, _lengths, _partSteps, _seed) = (part, x, state, lengths, partSteps, seed);
        _axis = part.Settings.BatchFirst ? 1 : 0;
        (_steps, _batch) = (x.Shape[_axis], x.Shape[1 - _axis]);
        _handle = part.Plan.Choose(reserve: true, dropout: seed is not null);
        int parts = (_steps + partSteps - 1) / partSteps;
        _states = new RecurrentState?[parts + 1];
        _states[0] = state;
        _partLengths = new Tensor?[parts];
        _y = Tensor.Empty([x.Shape[0], x.Shape[1], part.Settings.OutputSize], x.Device);
    }

    private int Parts => _partLengths.Length;

    internal RecurrentOutput Run()
    {
        GradientTape? tape =
            GradientTape.For([_part.Weights, _x, _start?.Hidden, _start?.Cell]);
        for (int index = 0; index < Parts; index++)
        {
            CheckpointRoom room = RoomOf(index);
            _partLengths[index] = LengthsOf(index, room.Steps);
            _states[index + 1] = NewState(leaves: index == Parts - 1);
            Forward(index, room, keep: _seed is not null, _states[index + 1]);
            room.Write(room.Y, _y, index * _partSteps);
        }

        RecurrentState last = _states[Parts]!.Value;
        if (tape is not null)
        {
            Operands call = new(State: this);
            ReadOnlySpan<Tensor> outputs =
                last.Cell is null ? [_y, last.Hidden] : [_y, last.Hidden, last.Cell];
            tape.Record(outputs, call, static (
                GradientTape tape, in RecordedOperation operation, Tensor _) =>
                ((CheckpointedCall)operation.Operands.State!).Backward(tape));
        }

        return new RecurrentOutput(_y, last);
    }

    private void Forward(int index, CheckpointRoom room, bool keep, RecurrentState? next)
    {
        room.Read(_x, index * _partSteps, room.X);
        Ops.RnnForward(_handle, new RnnForwardCall
        {
            Steps = room.Steps,
            Batch = _batch,
            Seed = SeedOf(index),
            Params = _part.Block,
            X = room.X,
            Lengths = _partLengths[index],
            H0 = _states[index]?.Hidden,
            C0 = _states[index]?.Cell,
            Y = room.Y,
            Hn = next?.Hidden,
            Cn = next?.Cell,
            Reserve = keep ? ReserveOf(room) : null,
        });
    }

    private void Backward(GradientTape tape)
    {
        RecurrentState last = _states[Parts]!.Value;
        Tensor? dy = tape.GradientOf(_y);
        Tensor? dx = TargetOf(tape, _x);
        (Tensor? dh, Tensor? dc) = (
            tape.GradientOf(last.Hidden), last.Cell is null ? null : tape.GradientOf(last.Cell));
        RecurrentState[] room = Parts > 1 ? [NewState(false), NewState(false)] : [];
        for (int index = Parts - 1; index >= 0; index--)
        {
            (Tensor? dh0, Tensor? dc0) = index > 0
                ? (room[index % 2].Hidden, room[index % 2].Cell)
                : (TargetOf(tape, _start?.Hidden), TargetOf(tape, _start?.Cell));
            Backward(tape, index, new Gradients(dy, dx, dh, dc, dh0, dc0));
            (dh, dc) = (dh0, dc0);
        }

        Pass(tape, _x, dx);
        Pass(tape, _start?.Hidden, dh);
        Pass(tape, _start?.Cell, dc);
    }

    private void Backward(GradientTape tape, int index, in Gradients gradients)
    {
        CheckpointRoom room = RoomOf(index);
        int start = index * _partSteps;
        Forward(index, room, keep: true, null);
        if (gradients.Dy is not null)
        {
            room.Read(gradients.Dy, start, room.Dy);
        }

        Ops.RnnBackward(_handle, new RnnBackwardCall
        {
            Steps = room.Steps,
            Batch = _batch,
            Seed = SeedOf(index),
            Params = _part.Block,
            X = room.X,
            Lengths = _partLengths[index],
            H0 = _states[index]?.Hidden,
            C0 = _states[index]?.Cell,
            Y = room.Y,
            Reserve = ReserveOf(room),
            Dy = gradients.Dy is null ? null : room.Dy,
            Dhn = gradients.Dhn,
            Dcn = gradients.Dcn,
            Dx = gradients.Dx is null ? null : room.Dx,
            Dh0 = gradients.Dh0,
            Dc0 = gradients.Dc0,
            Dparams = tape.NeedsGradient(_part.Weights) ? _part.Gradient : null,
        });
        if (gradients.Dx is not null)
        {
            room.Write(room.Dx, gradients.Dx, start);
        }
    }

    // The last part may be shorter than the others.
    private CheckpointRoom RoomOf(int index)
    {
        int steps = Math.Min(_partSteps, _steps - (index * _partSteps));
        int width = _part.Settings.OutputSize;
        return steps == _partSteps
            ? _room ??= new CheckpointRoom(_x, _axis, steps, width)
            : _lastRoom ??= new CheckpointRoom(_x, _axis, steps, width);
    }

    private Tensor ReserveOf(CheckpointRoom room) =>
        room.Reserve(RnnPlan.ReserveLength(_handle, room.Steps, _batch));

    private Tensor? LengthsOf(int index, int steps)
    {
        if (_lengths is null)
        {
            return null;
        }

        int start = index * _partSteps;
        int[] part = [.. _lengths.Select(length => Math.Clamp(length - start, 0, steps))];
        return Tensor.From(part, [_batch], _x.Device);
    }

    private RecurrentState NewState(bool leaves)
    {
        RecurrentSettings settings = _part.Settings;
        int rows = settings.NumLayers;
        return new RecurrentState(
            New([rows, _batch, settings.OutputSize]),
            settings.Cell == RnnCell.Lstm ? New([rows, _batch, settings.HiddenSize]) : null);

        Tensor New(ReadOnlySpan<int> shape) =>
            leaves ? Tensor.Empty(shape, _x.Device) : Tensor.Scratch(shape, _x.Device);
    }

    // What is drawn at each step differs from part to part; masks of a whole sequence don't.
    private long SeedOf(int index) => _seed is not long seed
        ? 0
        : _part.Settings.DropsBySteps ? RandomStream.Mix(seed, index) : seed;

    private static Tensor? TargetOf(GradientTape tape, Tensor? input) =>
        tape.NeedsGradient(input) ? Tensor.Empty(input!.Shape, input.Device) : null;

    private static void Pass(GradientTape tape, Tensor? input, Tensor? gradient)
    {
        if (input is not null && gradient is not null)
        {
            tape.Accumulate(input, gradient, fresh: true);
        }
    }

    private readonly record struct Gradients(
        Tensor? Dy, Tensor? Dx, Tensor? Dhn, Tensor? Dcn, Tensor? Dh0, Tensor? Dc0);
}
