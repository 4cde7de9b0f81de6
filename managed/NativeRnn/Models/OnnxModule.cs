using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// A model out of an ONNX file (<see cref="OnnxModel"/>): its graph, run by layers and tensor operations of this
/// library. It can be trained on: weights are parameters under their names in the file, those of recurrent operators
/// parameters of an <see cref="Lstm"/>, <see cref="Gru"/> or <see cref="SimpleRnn"/> under the operator's name.
/// </summary>
/// <remarks>
/// It starts in evaluation. <see cref="Module.SetTraining"/> turns the file's dropout on; statistics of batch
/// normalisation stay as they are.
/// </remarks>
public sealed class OnnxModule : Module
{
    private readonly OnnxProgram _program;
    private readonly Device _device;
    private readonly Dictionary<string, OnnxPart> _parts = new(StringComparer.Ordinal);

    /// <exception cref="Formats.ModelFormatException">The graph can't be run.</exception>
    internal OnnxModule(OnnxFile file, Device device)
    {
        _device = device;
        OnnxGraphCheck.Run(file);
        HashSet<string> given = new(file.Graph.Initializer.Select(tensor => tensor.Name), StringComparer.Ordinal);
        Inputs = [.. file.Graph.Input.Where(input => !given.Contains(input.Name))
            .Select(input => OnnxSignature.Read(file, input))];
        Outputs = [.. file.Graph.Output.Select(output => OnnxSignature.Read(file, output))];
        OnnxCompiler compiler = new(file, device);
        _program = compiler.Run(Inputs);
        OnnxPaths paths = new();
        foreach ((string name, Tensor value) in compiler.Weights)
        {
            string[] path = paths.Add(name);
            Add(path, new Parameter(path[^1], value));
        }

        foreach ((string name, Module module) in compiler.Modules)
            Add(paths.Add(name), module);
        SetTraining(false);
    }

    /// <summary>What the model takes, in the file's order.</summary>
    public IReadOnlyList<OnnxTensorInfo> Inputs { get; }

    /// <summary>What the model gives, in the file's order.</summary>
    public IReadOnlyList<OnnxTensorInfo> Outputs { get; }

    /// <summary>Runs a model of one input.</summary>
    /// <param name="input">Of the type and shape that <see cref="Inputs"/> tells; integers as int32.</param>
    /// <returns>The first of the <see cref="Outputs"/>.</returns>
    /// <exception cref="ArgumentException">The input does not fit; the message says to what.</exception>
    /// <exception cref="InvalidOperationException">The model has another number of inputs.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (Inputs.Count != 1)
            throw new InvalidOperationException(
                $"the model has {Inputs.Count} inputs ({string.Join("; ", Inputs)}): call Run and name them");
        OnnxSignature.Require(Inputs[0], input, _device, nameof(input));
        return _program.Run([OnnxValue.Of(input)])[0].ToTensor(_device);
    }

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">A tensor for each of the <see cref="Inputs"/>, by name; integers as int32.</param>
    /// <returns>All <see cref="Outputs"/> by name; integers and booleans as int32.</returns>
    /// <exception cref="ArgumentException">
    /// Inputs are missing, unknown, or of another type or shape than is declared; the message names them.
    /// </exception>
    public IReadOnlyDictionary<string, Tensor> Run(IReadOnlyDictionary<string, Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        string[] missing = [.. Inputs.Select(input => input.Name).Where(name => !inputs.ContainsKey(name))];
        string[] unknown = [.. inputs.Keys.Except(Inputs.Select(input => input.Name), StringComparer.Ordinal)];
        if (missing.Length + unknown.Length > 0)
            throw new ArgumentException(
                $"inputs missing: {NamesOf(missing)}; unknown: {NamesOf(unknown)}; the model has " +
                string.Join("; ", Inputs), nameof(inputs));
        List<OnnxValue> values = [];
        foreach (OnnxTensorInfo input in Inputs)
        {
            Tensor tensor = inputs[input.Name] ?? throw new ArgumentException(
                $"the input '{input.Name}' is null", nameof(inputs));
            OnnxSignature.Require(input, tensor, _device, nameof(inputs));
            values.Add(OnnxValue.Of(tensor));
        }

        OnnxValue[] made = _program.Run(values);
        return Outputs.Zip(made).ToDictionary(
            output => output.First.Name, output => output.Second.ToTensor(_device), StringComparer.Ordinal);
    }

    private static string NamesOf(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names);

    private void Add(string[] path, Parameter parameter)
    {
        if (path.Length == 1)
            Register(parameter);
        else
            PartOf(path).Add(parameter);
    }

    private void Add(string[] path, Module module)
    {
        if (path.Length == 1)
            Register(path[0], module);
        else
            PartOf(path).Add(path[^1], module);
    }

    private OnnxPart PartOf(string[] path)
    {
        if (!_parts.TryGetValue(path[0], out OnnxPart? part))
            _parts.Add(path[0], part = Register(path[0], new OnnxPart()));
        return path[1..^1].Aggregate(part, (whole, name) => whole.Part(name));
    }
}
