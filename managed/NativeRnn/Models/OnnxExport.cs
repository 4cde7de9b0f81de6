using Google.Protobuf;
using NativeRnn.Formats;
using NativeRnn.Formats.Onnx;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <content>Models into ONNX files.</content>
public static partial class OnnxModel
{
    // Operators of opset 17 stand in files of this version.
    private const int FormatVersion = 8;
    private const int OperatorSet = 17;

    /// <summary>
    /// Writes a model of one input and one output as an ONNX file (opset 17) that any runtime runs. The model is
    /// run a few times, in evaluation, and what it computes becomes the graph: operations of tensors, layers, and
    /// modules of one's own that are made of them.
    /// </summary>
    /// <param name="model">
    /// Run by its <see cref="Module.Forward(Tensor)"/>. It may choose nothing by numbers, or by the size of a free
    /// axis.
    /// </param>
    /// <param name="path">Where the file is put once it is whole; one that stands there is replaced.</param>
    /// <param name="input">The input's name, and which of its axes are free.</param>
    /// <param name="outputName">The output's name.</param>
    /// <exception cref="NotSupportedException">
    /// Something has no form in ONNX (a projection, layer normalisation in cells, an operation of the program's own,
    /// numbers read on the host); the message names the layer. Or the weights are larger than the 2 GB that a file
    /// can hold.
    /// </exception>
    /// <exception cref="ArgumentException">The model does not take such an input; a name is twice there.
    /// </exception>
    /// <exception cref="InvalidOperationException">A tape of the model's device is on.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <example>
    /// <code>
    /// OnnxModel.Export(model, "model.onnx", OnnxInput.Floats("x", "batch", "time", 8));
    /// </code>
    /// </example>
    public static void Export(Module model, string path, OnnxInput input, string outputName = "output")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(input);
        Export(model, path, [input], inputs => [(outputName, model.Forward(inputs[0]))]);
    }

    /// <summary>
    /// Writes a model of any inputs and outputs; else as <see cref="Export(Module, string, OnnxInput, string)"/>.
    /// </summary>
    /// <param name="model">Gives the weights their names, and is switched to evaluation meanwhile.</param>
    /// <param name="path">Where the file is put once it is whole; one that stands there is replaced.</param>
    /// <param name="inputs">The inputs; each name once.</param>
    /// <param name="forward">Computes the outputs, with their names, from tensors in the order of the inputs.</param>
    /// <inheritdoc cref="Export(Module, string, OnnxInput, string)" path="/exception"/>
    /// <example>
    /// An LSTM with lengths, whose last state is an output too:
    /// <code>
    /// OnnxModel.Export(
    ///     lstm,
    ///     "lstm.onnx",
    ///     [OnnxInput.Floats("x", "batch", "time", 8), OnnxInput.Lengths("lengths", "batch", "time")],
    ///     inputs =>
    ///     {
    ///         (Tensor output, LstmState state) = lstm.Forward(inputs[0], null, inputs[1]);
    ///         return [("output", output), ("hidden", state.Hidden), ("cell", state.Cell)];
    ///     });
    /// </code>
    /// </example>
    public static void Export(
        Module model,
        string path,
        IReadOnlyList<OnnxInput> inputs,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<(string Name, Tensor Tensor)>> forward)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(forward);
        ModelProto file = ToOnnx(model, inputs, forward);
        AtomicFile.Write(path, file.WriteTo);
    }

    internal static ModelProto ToOnnx(
        Module model,
        IReadOnlyList<OnnxInput> inputs,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<(string Name, Tensor Tensor)>> forward)
    {
        RequireNoState(model);
        TrialSizes sizes = new(inputs);
        TrialRun[] runs = TrialRun.All(model, inputs, sizes, forward);
        CheckNames(inputs, runs[0]);
        ModelNames names = new(model);
        GraphProto graph = GraphExport.Of(
            model.GetType().Name, inputs, sizes, new PairedTrace(runs, names), names);
        if (graph.Initializer.Sum(tensor => (long)tensor.RawData.Length) > int.MaxValue - (1 << 20))
        {
            throw new NotSupportedException("the model can't be exported to ONNX: its weights exceed 2 GB");
        }

        ModelProto file = new()
        {
            IrVersion = FormatVersion,
            ProducerName = "NativeRnn",
            ProducerVersion = typeof(OnnxModel).Assembly.GetName().Version?.ToString(3) ?? string.Empty,
            Graph = graph,
        };
        file.OpsetImport.Add(new OperatorSetIdProto { Version = OperatorSet });
        return file;
    }

    private static void CheckNames(IReadOnlyList<OnnxInput> inputs, TrialRun run)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string name in inputs.Select(input => input.Name).Concat(run.Outputs.Select(output => output.Name)))
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            if (!seen.Add(name))
            {
                throw new ArgumentException($"two inputs or outputs have the name {name}", nameof(inputs));
            }
        }
    }

    // A graph has no memory from run to run.
    private static void RequireNoState(Module model)
    {
        foreach ((string path, Module module) in model.NamedModules())
        {
            if (module is RecurrentLayer { Stateful: true } or Rnn { Stateful: true })
            {
                throw new NotSupportedException(
                    $"layer {path} ({module.GetType().Name}) can't be exported to ONNX: it is stateful, and a graph " +
                    "keeps nothing from run to run; give the state as an input");
            }
        }
    }
}
