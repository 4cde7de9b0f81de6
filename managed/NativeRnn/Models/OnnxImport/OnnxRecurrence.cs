using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// LSTM, GRU and RNN: run by the layers of this library. ONNX's outputs are Y [T,D,B,H], or [B,T,D,H] with layout 1,
/// and the states after the last step, [D,B,H] or [B,D,H].
/// </summary>
internal static class OnnxRecurrence
{
    private const int Lengths = 4;
    private const int InitialHidden = 5;
    private const int InitialCell = 6;

    private const string Attributes =
        "activation_alpha activation_beta activations clip direction hidden_size layout output_sequence ";

    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["LSTM"] = new(Run, 3, 8, Attributes + "input_forget")
        {
            MostOutputs = 3,
            FoldsConstants = false,
            WeightInputs = [1, 2, 3, OnnxRecurrentWeights.Peepholes],
            StartInputs = [InitialHidden, InitialCell],
        },
        ["GRU"] = new(Run, 3, 6, Attributes + "linear_before_reset")
        {
            MostOutputs = 2,
            FoldsConstants = false,
            WeightInputs = [1, 2, 3],
            StartInputs = [InitialHidden],
        },
        ["RNN"] = new(Run, 3, 6, Attributes)
        {
            MostOutputs = 2,
            FoldsConstants = false,
            WeightInputs = [1, 2, 3],
            StartInputs = [InitialHidden],
        },
    };

    /// <summary>Makes the layer of a node, with its weights.</summary>
    /// <param name="node">LSTM, GRU or RNN.</param>
    /// <param name="weightOf">The constant at an input, or null.</param>
    /// <param name="device">Where it runs.</param>
    /// <exception cref="ArgumentException">Attributes or weights contradict each other or are not computed.</exception>
    internal static RecurrentLayer Build(OnnxNode node, Func<int, OnnxValue?> weightOf, Device device)
    {
        if (node.Attributes.Has("clip"))
            throw new ArgumentException("clip limits what goes into the activations, which is not computed");
        bool bidirectional = DirectionOf(node) == "bidirectional";
        var weights = new OnnxRecurrentWeights(node, weightOf, device, bidirectional ? 2 : 1);
        bool coupled = node.Attributes.Flag("input_forget");
        (RnnCell cell, RecurrentOptions options) = OnnxRecurrentActivations.Read(node, weights.Directions, coupled);
        RecurrentSettings settings = new RecurrentSettings
        {
            Cell = cell,
            HiddenSize = weights.Hidden,
            Bidirectional = bidirectional,
            BatchFirst = IsBatchFirst(node),
            Bias = weights.HasBias,
            ResetAfter = node.Attributes.Flag("linear_before_reset"),
            Options = options with { Peephole = weights.HasPeepholes, CoupledGates = coupled },
        }.Checked("hidden_size");
        RecurrentLayer layer;
        using (WeightsToCome.Expect())
        {
            layer = cell switch
            {
                RnnCell.Lstm => new Lstm(settings, weights.Input, null, device),
                RnnCell.Gru => new Gru(settings, weights.Input, null, device),
                _ => new SimpleRnn(settings, weights.Input, null, device),
            };
        }

        layer.LoadStateDict(weights.ToStateDict(cell, coupled));
        return layer;
    }

    private static OnnxValue[] Run(OnnxCall call)
    {
        var layer = (RecurrentLayer)call.Node.Layer!;
        Tensor x = call.Floats(0, 3);
        bool batchFirst = layer.BatchFirst;
        (int batch, int steps) = batchFirst ? (x.Shape[0], x.Shape[1]) : (x.Shape[1], x.Shape[0]);
        Tensor? lengths = LengthsOf(call, batch, steps);
        RecurrentState? start = StartOf(call, layer, batch);
        StepOrder? order = DirectionOf(call.Node) == "reverse"
            ? new StepOrder(
                lengths is null
                    ? SequenceMask.FromLengths(steps, Repeated(steps, batch))
                    : SequenceMask.FromLengths(steps, lengths),
                reversed: true)
            : null;
        RecurrentOutput made = layer.Run(order?.ToFront(x, batchFirst) ?? x, start, lengths);
        Tensor y = order?.ToSources(made.Output, batchFirst) ?? made.Output;
        (int first, int second, int directions) = (y.Shape[0], y.Shape[1], layer.Bidirectional ? 2 : 1);
        y = y.Reshape(first, second, directions, layer.HiddenSize);
        List<OnnxValue> outputs =
        [
            OnnxValue.Of(batchFirst ? y : Exchange(y, 1, 2)),
            OnnxValue.Of(batchFirst ? Exchange(made.State.Hidden, 0, 1) : made.State.Hidden),
        ];
        if (made.State.Cell is { } cell)
            outputs.Add(OnnxValue.Of(batchFirst ? Exchange(cell, 0, 1) : cell));
        return [.. outputs];
    }

    private static string DirectionOf(OnnxNode node) => node.Attributes.Text("direction", "forward") switch
    {
        var known and ("forward" or "reverse" or "bidirectional") => known,
        string other => throw new ArgumentException(
            $"direction is {OnnxText.Quote(other)}, must be forward, reverse or bidirectional"),
    };

    private static bool IsBatchFirst(OnnxNode node) => node.Attributes.Flag("layout");

    // Null where all steps count.
    private static Tensor? LengthsOf(OnnxCall call, int batch, int steps)
    {
        int mark = OperationTrace.Mark(call.Device);
        if (call.Integers(Lengths) is not { } given)
            return null;
        if (given.Length != batch || Array.Exists(given, length => length < 0 || length > steps))
            throw new ArgumentException(
                $"sequence_lens are {OnnxShape.Text(given)}, must be {batch} numbers of 0 to {steps}");
        // An export shall see the lengths, not that the host has looked at them.
        if (call.Device.Trace is { } trace && call[Lengths].AsIndices is { } source)
        {
            trace.Forget(mark);
            return source;
        }

        return Array.TrueForAll(given, length => length == steps)
            ? null
            : Tensor.From(Array.ConvertAll(given, length => (int)length), call.Device);
    }

    private static RecurrentState? StartOf(OnnxCall call, RecurrentLayer layer, int batch)
    {
        Tensor? hidden = call.Optional(InitialHidden)?.Floats(call.Device);
        Tensor? cell = call.Optional(InitialCell)?.Floats(call.Device);
        if (hidden is null && cell is null)
            return null;
        int directions = layer.Bidirectional ? 2 : 1;
        int[] shape = layer.BatchFirst
            ? [batch, directions, layer.HiddenSize]
            : [directions, batch, layer.HiddenSize];
        return new RecurrentState(
            State(hidden, "initial_h"), layer is Lstm ? State(cell, "initial_c") : null);

        Tensor State(Tensor? given, string name)
        {
            if (given is not null && !given.Shape.SequenceEqual(shape))
                throw new ArgumentException($"{name} is {given.ShapeText}, must be {TensorShape.Text(shape)}");
            Tensor state = given ?? Tensor.Zeros(shape, call.Device);
            return layer.BatchFirst ? Exchange(state, 0, 1) : state;
        }
    }

    private static int[] Repeated(int value, int count)
    {
        var values = new int[count];
        Array.Fill(values, value);
        return values;
    }

    // Two axes exchanged: without a copy where one of them is 1.
    private static Tensor Exchange(Tensor x, int a, int b)
    {
        if (x.Shape[a] != 1 && x.Shape[b] != 1)
            return x.Transpose(a, b);
        int[] shape = x.Shape.ToArray();
        (shape[a], shape[b]) = (shape[b], shape[a]);
        return x.Reshape(shape);
    }
}
