using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Models;
using static System.FormattableString;

namespace NativeRnn.Cli.Converting;

/// <summary>Writes what one file holds into another, of the kind that its ending says.</summary>
internal sealed class Conversion
{
    private const string Safe = ".safetensors";
    private const string Onnx = ".onnx";

    private readonly string _from;
    private readonly string _to;
    private readonly Device _device;

    /// <exception cref="UserErrorException">The two can't be read and written so.</exception>
    public Conversion(string from, string to, Device device)
    {
        (_from, _to, _device) = (from, to, device);
        if (Ending() is not (Safe or Onnx))
        {
            throw new UserErrorException($"{to} must end in {Safe} or {Onnx}: the ending says what is written");
        }

        if (Directory.Exists(to))
        {
            throw new UserErrorException($"{to} is a directory");
        }

        if (Place(from) == Place(to))
        {
            throw new UserErrorException($"{to} is the file that is read: give another one");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(to)) is { } directory && !Directory.Exists(directory))
        {
            throw new UserErrorException($"{to} cannot be written: {directory} does not exist");
        }
    }

    /// <returns>What was done, in one line.</returns>
    public string Run(string? axes)
    {
        ModelDescription source = ModelPath.Read(_from, ModelFile.Inspect);
        if (Ending() == Onnx)
        {
            ToOnnx(source, axes);
        }
        else if (HasModel(source))
        {
            ToSafetensors();
        }
        else
        {
            WeightsToSafetensors(source);
        }

        ModelDescription made = ModelFile.Inspect(_to);
        string layers = made.Layers.Count == 1 ? "1 layer" : Invariant($"{made.Layers.Count} layers");
        return $"{_from} ({source.Kind}) -> {_to} ({made.Kind}): {layers}, "
            + Invariant($"{made.ParameterCount:N0} parameters, {made.FileBytes:N0} bytes");
    }

    // A state dict has no model, but one that is of a single recurrent layer tells which.
    private static bool HasModel(ModelDescription source) => source.HasArchitecture
        || (source.Kind == ModelFileKind.PyTorch && source.Layers is [{ Kind: "LSTM" or "GRU" }]);

    private void ToSafetensors()
    {
        Module model = ModelPath.Read(_from, path => ModelFile.Load(path, _device));
        if (model is OnnxModule)
        {
            // A graph is no tree of layers: its weights go under their names.
            Safetensors.Save(_to, model.StateDict());
            return;
        }

        model.Save(_to);
    }

    private void ToOnnx(ModelDescription source, string? axes)
    {
        if (!HasModel(source))
        {
            throw new UserErrorException(
                $"{_from} has weights without a model, and a graph is a model: " + (source.Layers is [{ Kind: "RNN" }]
                    ? "an nn.RNN's file does not tell whether its function is tanh or relu"
                    : $"it has {source.Layers.Count} layers and does not tell how they are joined"));
        }

        Module model = ModelPath.Read(_from, path => ModelFile.Load(path, _device));
        OnnxInput[] inputs = axes is not null ? [ModelInput.Parse(axes)]
            : model is OnnxModule { Inputs: var declared } ? [.. declared.Select(ModelInput.Of)]
            : [ModelInput.Of(model, _from)];
        try
        {
            Export(model, inputs);
        }
        catch (ArgumentException error)
        {
            string tried = string.Join("; ", inputs.Select(input => $"[{string.Join(", ", input.Axes)}]"));
            throw new UserErrorException($"the model does not take the input {tried} (see --input): {error.Message}");
        }
    }

    // Of a graph the names of all inputs and outputs stay.
    private void Export(Module model, OnnxInput[] inputs)
    {
        if (model is not OnnxModule graph)
        {
            OnnxModel.Export(model, _to, inputs[0]);
            return;
        }

        OnnxModel.Export(graph, _to, inputs, tensors =>
        {
            Dictionary<string, Tensor> named = graph.Inputs.Zip(tensors)
                .ToDictionary(pair => pair.First.Name, pair => pair.Second);
            return [.. graph.Run(named).Select(output => (output.Key, output.Value))];
        });
    }

    private void WeightsToSafetensors(ModelDescription source)
    {
        Dictionary<string, Tensor> tensors = source.Kind switch
        {
            ModelFileKind.PyTorch => ModelPath.Read(_from, path => PyTorchModel.StateDict(path, null, _device)),
            ModelFileKind.Safetensors => ModelPath.Read(
                _from, path => Safetensors.Load(path, _device).Tensors.ToDictionary(tensor => tensor.Key, tensor => tensor.Value)),
            _ => throw new UserErrorException(
                $"{_from} has weights of Keras without the model, whose layers say how to turn them: save the whole " +
                "model (.keras, .h5) and convert that"),
        };
        Safetensors.Save(_to, tensors);
    }

    private string Ending() => Path.GetExtension(_to).ToLowerInvariant();

    // The file itself, behind links.
    private static string Place(string path)
    {
        string full = Path.GetFullPath(path);
        return File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
    }
}
