using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// Runs a recurrent layer with checkpoints. Layers of one direction go through time together. Of two
/// directions, each layer and direction is a run of its own, the second on the reversed sequence:
/// each starts at its own end, and the next layer needs all of both.
/// </summary>
internal sealed class CheckpointedStack
{
    private readonly RecurrentSettings _settings;
    private readonly List<CheckpointedPart> _parts = [];

    internal CheckpointedStack(
        RecurrentSettings settings, RnnPlan plan, int inputSize, Parameter weights)
    {
        _settings = settings;
        if (!settings.Bidirectional)
        {
            _parts.Add(new CheckpointedPart(
                settings, plan, weights.Value, weights.Value, weights.Gradient));
            return;
        }

        RecurrentSettings single = settings with
        {
            NumLayers = 1,
            Bidirectional = false,
            Dropout = 0,
        };
        int offset = 0;
        for (int row = 0; row < 2 * settings.NumLayers; row++)
        {
            int width = row < 2 ? inputSize : 2 * settings.OutputSize;
            RnnPlan own = new(plan.Device, single, width);
            int length = (int)own.ParamsLength;
            _parts.Add(new CheckpointedPart(
                single,
                own,
                weights.Value,
                weights.Value.View(offset, [length]),
                weights.Gradient.View(offset, [length])));
            offset += length;
        }

        if (offset != weights.Length)
        {
            throw new NotSupportedException(
                "checkpoints of a bidirectional layer need each direction's weights side by side");
        }
    }

    // The seed is that of the dropout between layers; null: none.
    internal RecurrentOutput Run(
        Tensor x, RecurrentState? state, int[]? lengths, int steps, long? seed)
    {
        if (!_settings.Bidirectional)
        {
            return new CheckpointedCall(_parts[0], x, state, lengths, steps, seed).Run();
        }

        int batch = _settings.BatchFirst ? x.Shape[0] : x.Shape[1];
        int all = _settings.BatchFirst ? x.Shape[1] : x.Shape[0];
        StepOrder order = new(
            SequenceMask.FromLengths(all, lengths ?? [.. Enumerable.Repeat(all, batch)]),
            reversed: true);
        List<RecurrentState> last = [];
        for (int layer = 0; layer < _settings.NumLayers; layer++)
        {
            Tensor input = layer > 0 && seed is long given ? Drop(x, given, layer) : x;
            RecurrentOutput forward = RunPart(2 * layer, input, state, lengths, steps);
            RecurrentOutput backward = RunPart(
                (2 * layer) + 1, order.ToFront(input, _settings.BatchFirst), state, lengths, steps);
            x = Tensor.Concat(
                [forward.Output, order.ToSources(backward.Output, _settings.BatchFirst)], -1);
            last.AddRange([forward.State, backward.State]);
        }

        return new RecurrentOutput(x, Joined(last));
    }

    private static RecurrentState Joined(List<RecurrentState> states) => new(
        Tensor.Concat([.. states.Select(state => state.Hidden)], 0),
        states[0].Cell is null
            ? null
            : Tensor.Concat([.. states.Select(state => state.Cell!)], 0));

    private RecurrentOutput RunPart(
        int row, Tensor x, RecurrentState? state, int[]? lengths, int steps)
    {
        RecurrentState? own = state is RecurrentState given
            ? new RecurrentState(
                given.Hidden[row..(row + 1)], given.Cell?[row..(row + 1)])
            : null;
        return new CheckpointedCall(_parts[row], x, own, lengths, steps, null).Run();
    }

    private Tensor Drop(Tensor x, long seed, int layer)
    {
        long own = RandomStream.Mix(seed, layer);
        float rate = _settings.Dropout;
        Tensor y = Tensor.Empty(x.Shape, x.Device);
        Ops.Dropout(x, rate, own, 0, y);
        if (GradientTape.For(x) is { } tape)
        {
            tape.Record(y, dy =>
            {
                Tensor dx = Tensor.Empty(x.Shape, x.Device);
                Ops.Dropout(dy, rate, own, 0, dx);
                tape.Accumulate(x, dx, fresh: true);
            });
        }

        return y;
    }
}
