namespace NativeRnn.Layers;

/// <content>How a batch of sequences is run.</content>
public abstract partial class RecurrentLayer
{
    /// <param name="input">As for <see cref="Forward(Tensor)"/>.</param>
    /// <param name="state">Null: the one that is carried or learned, else zeros.</param>
    /// <param name="lengths">Null: all steps are valid.</param>
    /// <param name="stateLeaves">False: nobody outside of this library gets the state.</param>
    internal RecurrentOutput Run(
        Tensor input, RecurrentState? state, Tensor? lengths, bool stateLeaves = true)
    {
        CheckInput(input);
        if (!GoBackwards || lengths is null)
        {
            SequenceMask? all = GoBackwards ? MaskOf(input, null) : null;
            return RunOrdered(input, state, all, lengths, stateLeaves);
        }

        (int batch, int steps) = BatchAndSteps(input);
        Sizes.RequireIndices(lengths, nameof(lengths));
        Sizes.RequireShape(lengths, [batch], nameof(lengths));
        return RunOrdered(
            input, state, SequenceMask.FromLengths(steps, lengths), null, stateLeaves);
    }

    /// <summary>Runs packed sequences.</summary>
    internal (PackedSequence Output, RecurrentState State) RunPacked(
        PackedSequence input, RecurrentState? state)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!_settings.ReturnSequences)
        {
            throw new InvalidOperationException(
                "packed sequences need a layer that gives all steps: set returnSequences to true");
        }

        (Tensor padded, IReadOnlyList<int> lengths) = input.Pad(BatchFirst);
        Tensor valid = Tensor.From([.. lengths], [lengths.Count], padded.Device);
        RecurrentOutput run = Run(padded, state, valid);
        return (input.Repack(run.Output, BatchFirst), run.State);
    }

    private Tensor RunMasked(Tensor input, SequenceMask? mask)
    {
        CheckInput(input);
        if (mask is not null || GoBackwards)
        {
            mask = MaskOf(input, mask);
        }

        bool kept = _settings.Options.ReturnState;
        RecurrentOutput run = RunOrdered(input, null, mask, null, stateLeaves: kept);
        LastState = kept ? run.State : null;
        return run.Output;
    }

    // A mask is given instead of lengths.
    private RecurrentOutput RunOrdered(
        Tensor input, RecurrentState? state, SequenceMask? mask, Tensor? lengths, bool stateLeaves)
    {
        StepOrder? order = mask is not null && (GoBackwards || !mask.IsRightPadded)
            ? new StepOrder(mask, GoBackwards)
            : null;
        Tensor x = order is null ? input : order.ToFront(input, BatchFirst);
        if (mask is { IsFull: false })
        {
            lengths = mask.LengthsOn(input.Device);
        }

        RecurrentOutput run = Compute(x, state ?? StartOf(input), lengths, stateLeaves, order);
        Carry(run.State);
        Tensor output = run.Output;
        if (!_settings.ReturnSequences)
        {
            output = LastStep(run.State.Hidden);
        }
        else if (order is not null)
        {
            output = order.FromFront(output, BatchFirst);
        }

        return Bidirectional
            ? run with { Output = DirectionMerge.Halves(_settings.Options.MergeMode, output) }
            : run with { Output = output };
    }

    private RecurrentOutput Compute(
        Tensor x, RecurrentState? state, Tensor? lengths, bool stateLeaves, StepOrder? order)
    {
        if (GradientProbe.For(this) is { } probe)
        {
            return probe.Run(this, x, state, lengths, order);
        }

        RecurrentCall call = new(_settings, _plan!, _weights!.Value, x, state, lengths);
        bool dropout = Training && _settings.Drops;
        long seed = dropout ? RandomStream.Mix(_seed, ++_calls) : 0;
        int steps = BatchAndSteps(x).Steps;
        int part = _settings.Options.CheckpointStepsOf(steps);
        bool keeps = dropout
            || GradientTape.For([_weights.Value, x, state?.Hidden, state?.Cell]) is not null;
        if (part == steps || !keeps)
        {
            return call.Run(dropout, seed, stateLeaves);
        }

        _checkpointed ??= new CheckpointedStack(_settings, _plan!, InputSize, _weights);
        return _checkpointed.Run(x, state, lengths?.ToInt32Array(), part, dropout ? seed : null);
    }

    private void CheckInput(Tensor input)
    {
        Sizes.RequireFloats(input, nameof(input));
        if (input.Rank != 3)
        {
            throw new ArgumentException(
                $"input must be {(BatchFirst ? "[B,T,I]" : "[T,B,I]")}, " +
                $"it is {Sizes.Text(input.Shape)}", nameof(input));
        }

        Build(input.Shape[2], input.Device);
        if (input.Shape[2] != InputSize || input.Length == 0)
        {
            throw new ArgumentException(
                $"input is {Sizes.Text(input.Shape)}; its last size must be {InputSize}, the " +
                "others at least 1", nameof(input));
        }
    }

    private (int Batch, int Steps) BatchAndSteps(Tensor input) => BatchFirst
        ? (input.Shape[0], input.Shape[1])
        : (input.Shape[1], input.Shape[0]);

    private SequenceMask MaskOf(Tensor input, SequenceMask? mask)
    {
        (int batch, int steps) = BatchAndSteps(input);
        if (mask is null)
        {
            int[] lengths = new int[batch];
            Array.Fill(lengths, steps);
            return SequenceMask.FromLengths(steps, lengths);
        }

        return mask.Batch == batch && mask.Steps == steps ? mask : throw new ArgumentException(
            $"mask is of {mask.Batch} sequences of {mask.Steps} steps, input of {batch} of {steps}",
            nameof(mask));
    }

    // The state that was carried here from a batch of this size, or the learned one.
    private RecurrentState? StartOf(Tensor input)
    {
        int batch = BatchAndSteps(input).Batch;
        if (_carried is RecurrentState carried && carried.Hidden.Shape[1] == batch
            && ReferenceEquals(carried.Hidden.Device, input.Device))
        {
            return carried;
        }

        return _h0 is null ? null : new RecurrentState(Wide(_h0, batch)!, Wide(_c0, batch));

        static Tensor? Wide(Parameter? start, int batch) => start is null
            ? null
            : start.Value.BroadcastTo(start.Value.Shape[0], batch, start.Value.Shape[2]);
    }

    // In memory of its own: the next batch may belong to another tape. A tape that is on may still
    // need the values that this one started from, so it gets new memory.
    private void Carry(RecurrentState state)
    {
        if (Stateful && !IsTrial)
        {
            _carried = state.Copy();
        }
    }

    // The state of the last layer, [D,B,H], as [B,D H]: right with lengths too.
    private Tensor LastStep(Tensor hidden)
    {
        (int rows, int batch, int width) = (hidden.Shape[0], hidden.Shape[1], hidden.Shape[2]);
        int directions = _settings.Directions;
        Tensor last = rows == directions ? hidden : hidden[(rows - directions)..];
        return Bidirectional
            ? last.Permute(1, 0, 2).Reshape(batch, 2 * width)
            : last.Reshape(batch, width);
    }
}
