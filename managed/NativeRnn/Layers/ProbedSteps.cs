namespace NativeRnn.Layers;

/// <summary>
/// One layer and direction, run step by step. h_t leaves a step twice, as its output and as the
/// state that the next step reads: the gradient by h_t is the sum of those of both.
/// </summary>
/// <param name="layer">The whole layer.</param>
/// <param name="index">Which layer of the stack.</param>
/// <param name="direction">0: forward, 1: backward in time.</param>
/// <param name="x">[T,B,I].</param>
/// <param name="lengths">Valid steps of each row; null: all.</param>
/// <param name="order">Which step of time each step of the run is; null: the same.</param>
internal sealed class ProbedSteps(
    RecurrentLayer layer, int index, int direction, Tensor x, int[]? lengths, StepOrder? order)
{
    private readonly Tensor[] _outputs = new Tensor[x.Shape[0]];
    private readonly Tensor[] _states = new Tensor[x.Shape[0]];

    internal RecurrentLayer Layer => layer;

    internal int Index => index;

    internal int Direction => direction;

    internal RecurrentOutput Run(RecurrentState? state)
    {
        RecurrentSlice slice = RecurrentSlice.Of(layer, index, direction, x.Shape[2], x.Device);
        foreach (int step in Order())
        {
            RecurrentOutput output = slice.Run(x[step..(step + 1)], state, Valid(step));
            _outputs[step] = output.Output;
            _states[step] = output.State.Hidden;
            state = output.State;
        }

        Tensor all = _outputs.Length == 1 ? _outputs[0] : Tensor.Concat(_outputs, 0);
        return new RecurrentOutput(all, state!.Value);
    }

    /// <summary>
    /// The 2-norm of dL/dh_t over valid rows and units, for each t of time; the tape has gone backward.
    /// </summary>
    internal double[] GradientNorms(GradientTape tape)
    {
        double[] squares = new double[_outputs.Length];
        for (int step = 0; step < squares.Length; step++)
        {
            double[] gradient = new double[_outputs[step].Length];
            Add(gradient, tape.GradientOf(_outputs[step]));
            Add(gradient, tape.GradientOf(_states[step]));
            for (int at = 0; at < gradient.Length; at++)
            {
                if (IsValid(step, at))
                {
                    squares[TimeOf(step, at)] += gradient[at] * gradient[at];
                }
            }
        }

        return [.. squares.Select(Math.Sqrt)];
    }

    /// <summary>
    /// The step of time, the first in the order of the run, whose h has a number that is not finite.
    /// </summary>
    internal int? FirstNotFinite()
    {
        foreach (int step in Order())
        {
            int at = Array.FindIndex(_outputs[step].ToArray(), h => !float.IsFinite(h));
            if (at >= 0)
            {
                return TimeOf(step, at);
            }
        }

        return null;
    }

    /// <summary>The steps in the order in which the layer runs over them.</summary>
    internal IEnumerable<int> Order() => direction == 0
        ? Enumerable.Range(0, _outputs.Length)
        : Enumerable.Range(0, _outputs.Length).Reverse();

    private static void Add(double[] sum, Tensor? gradient)
    {
        float[] values = gradient?.ToArray() ?? [];
        for (int at = 0; at < values.Length; at++)
        {
            sum[at] += values[at];
        }
    }

    private bool IsValid(int step, int at) => lengths is null || step < lengths[RowOf(step, at)];

    private int TimeOf(int step, int at) => order?.SourceOf(RowOf(step, at), step) ?? step;

    // Of an element of [1,B,H].
    private int RowOf(int step, int at) => at / _outputs[step].Shape[2];

    // Each step is a sequence of length 1, or of length 0 where a row has ended.
    private Tensor? Valid(int step) => lengths is null
        ? null
        : Tensor.From([.. lengths.Select(length => step < length ? 1 : 0)], [lengths.Length], x.Device);
}
