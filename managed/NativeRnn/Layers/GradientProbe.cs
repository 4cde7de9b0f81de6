namespace NativeRnn.Layers;

/// <summary>
/// While it is on, recurrent layers of this thread run step by step, each layer and direction of a
/// stack by itself, and each h_t is kept, so that the gradient that arrives at it can be read.
/// </summary>
internal sealed class GradientProbe : IDisposable
{
    [ThreadStatic]
    private static GradientProbe? _active;

    private readonly GradientProbe? _before = _active;

    private GradientProbe() => _active = this;

    /// <summary>What ran, in order: an entry for each run, layer and direction.</summary>
    internal List<ProbedSteps> Runs { get; } = [];

    internal static GradientProbe Start() => new();

    /// <summary>The probe that a layer shall run through, or null.</summary>
    internal static GradientProbe? For(RecurrentLayer layer) =>
        _active is not null && layer is not RecurrentSlice ? _active : null;

    /// <summary>As <see cref="RecurrentLayer.Run"/>, in the order of the run; null: that of time.</summary>
    internal RecurrentOutput Run(
        RecurrentLayer layer,
        Tensor input,
        RecurrentState? state,
        Tensor? lengths,
        StepOrder? order)
    {
        Tensor x = layer.BatchFirst ? input.Transpose(0, 1) : input;
        int[]? valid = lengths?.ToInt32Array();
        List<Tensor> hidden = [];
        List<Tensor> cells = [];
        for (int index = 0; index < layer.NumLayers; index++)
        {
            List<Tensor> outputs = [];
            for (int direction = 0; direction < layer.Settings.Directions; direction++)
            {
                ProbedSteps steps = new(layer, index, direction, x, valid, order);
                RecurrentOutput output = steps.Run(StateOf(state, hidden.Count));
                Runs.Add(steps);
                outputs.Add(output.Output);
                hidden.Add(output.State.Hidden);
                if (output.State.Cell is Tensor cell)
                {
                    cells.Add(cell);
                }
            }

            x = outputs.Count == 1 ? outputs[0] : Tensor.Concat(outputs, 2);
        }

        return new RecurrentOutput(
            layer.BatchFirst ? x.Transpose(0, 1) : x,
            new RecurrentState(Joined(hidden), cells.Count > 0 ? Joined(cells) : null));
    }

    public void Dispose() => _active = _before;

    private static Tensor Joined(List<Tensor> rows) => rows.Count == 1 ? rows[0] : Tensor.Concat(rows, 0);

    private static RecurrentState? StateOf(RecurrentState? state, int row) =>
        state is not RecurrentState given
            ? null
            : new RecurrentState(given.Hidden[row..(row + 1)], given.Cell?[row..(row + 1)]);
}
