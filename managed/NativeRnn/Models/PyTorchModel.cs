using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Weights that PyTorch has saved (torch.save of a state_dict, alone or in a checkpoint) in modules of this library.
/// Nothing of a file is executed. The way back is <see cref="ModuleWeights.SaveWeights"/>: PyTorch reads safetensors.
/// </summary>
/// <example>
/// <code>
/// RecurrentLayer lstm = PyTorchModel.Load("lstm.pt", batchFirst: true);      // an nn.LSTM, nn.GRU or nn.RNN
/// model.LoadPyTorch("checkpoint.pt");                                        // a module with the same names
/// model.LoadPyTorch("run.pt", new() { Key = "ema.weights", Prefix = "encoder." });
/// </code>
/// </example>
public static class PyTorchModel
{
    /// <summary>
    /// Sets the weights of a module to those of a file whose names and shapes fit; nothing changes when this throws.
    /// </summary>
    /// <param name="module">A built module. Its parts are registered under PyTorch's names of them.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">Which tensors, under which names; null: the state dict as it is, all of it.</param>
    /// <exception cref="ModelFormatException">
    /// The file is damaged, or its tensors don't fit the module; the message says which.
    /// </exception>
    /// <exception cref="InvalidOperationException">A layer is not built yet.</exception>
    public static void LoadPyTorch(this Module module, string path, PyTorchLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentException.ThrowIfNullOrEmpty(path);
        List<(string Name, Parameter Parameter, ParameterView View)> wanted = [.. module.NamedViews()];
        PyTorchStateDict state = PyTorchStateDict.Load(path, options, [.. wanted.Select(view => view.Name)]);
        try
        {
            StateDictCheck.Run(wanted, state.Entries(), options?.Strict ?? true);
        }
        catch (ArgumentException wrong)
        {
            throw new ModelFormatException(path, options?.Key ?? "", wrong.Message, wrong);
        }

        Write(wanted, state.Tensors);
    }

    /// <summary>
    /// Makes the nn.LSTM, nn.GRU or nn.RNN whose state dict a file holds: sizes, layers, directions, projection and
    /// biases are told by the names and shapes, what they don't tell are arguments.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="batchFirst">Sequences are [B,T,..], else [T,B,..].</param>
    /// <param name="activation">
    /// Of an nn.RNN (its nonlinearity): <see cref="Activation.Tanh"/> or <see cref="Activation.Relu"/>.
    /// </param>
    /// <param name="dropout">On each layer's output but the last's, in training only; in [0, 1).</param>
    /// <param name="options">
    /// Where the layer is: with a Prefix such as <c>lstm.</c> one layer of many; with Strict false the only recurrent
    /// layer of a state dict that has other parts. Null: the state dict is that of one layer.
    /// </param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <returns>An <see cref="Lstm"/>, <see cref="Gru"/> or <see cref="SimpleRnn"/>.</returns>
    /// <exception cref="ModelFormatException">
    /// The file is damaged, or is not one such layer's; the message says what it holds.
    /// </exception>
    public static RecurrentLayer Load(
        string path,
        bool batchFirst = false,
        Activation activation = Activation.Tanh,
        float dropout = 0,
        PyTorchLoadOptions? options = null,
        Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SimpleRnn.CellOf(activation);
        Sizes.RequireRate(dropout, nameof(dropout));
        PyTorchStateDict state = PyTorchStateDict.Load(path, options);
        PyTorchPart part = FindRecurrent(state, options?.Strict ?? true);
        RecurrentLayer layer = part.Recurrent!.Make(batchFirst, activation, dropout, device);
        Write([.. layer.NamedViews()], part.Tensors);
        return layer;
    }

    /// <summary>The tensors of a file's state dict, for a module or another file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Which tensors, under which names; null: the state dict as it is.</param>
    /// <param name="device">Where the tensors go; null: <see cref="Device.Default"/>.</param>
    /// <returns>By name; floats of any kind as float32, integers as int32.</returns>
    /// <exception cref="ModelFormatException">
    /// The file is damaged, has no state dict, or integers of more than 32 bits.
    /// </exception>
    public static Dictionary<string, Tensor> StateDict(
        string path, PyTorchLoadOptions? options = null, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return PyTorchStateDict.Load(path, options).Tensors.ToDictionary(
            named => named.Key, named => named.Value.ToTensor(device), StringComparer.Ordinal);
    }

    private static PyTorchPart FindRecurrent(PyTorchStateDict state, bool strict)
    {
        IReadOnlyList<PyTorchPart> parts = PyTorchPart.Of(state);
        PyTorchPart[] recurrent = [.. parts.Where(part => part.Recurrent is not null)];
        if (recurrent.Length == 1 && (parts.Count == 1 || !strict))
        {
            return recurrent[0];
        }

        if (parts.Count == 1)
        {
            PyTorchRecurrentShape.Recognize(parts[0].Tensors, out string why);
            throw new ModelFormatException(state.FilePath, parts[0].Path, $"no nn.LSTM, nn.GRU or nn.RNN: {why}");
        }

        throw new ModelFormatException(
            state.FilePath, "",
            $"the state dict is not that of one nn.LSTM, nn.GRU or nn.RNN; it has " +
            $"{Listing.Of(parts.Select(part => part.ToString()))}. Say which by options.Prefix, or make a module " +
            "with these parts and call its LoadPyTorch");
    }

    private static void Write(
        List<(string Name, Parameter Parameter, ParameterView View)> wanted,
        IReadOnlyDictionary<string, PyTorchTensor> tensors)
    {
        foreach (IGrouping<Parameter, (string Name, Parameter, ParameterView View)> group in
            wanted.Where(view => tensors.ContainsKey(view.Name)).GroupBy(view => view.Parameter))
        {
            float[] values = group.Key.Value.ToArray();
            foreach ((string name, _, ParameterView view) in group)
            {
                tensors[name].CopyTo(values.AsSpan(view.Offset, view.Length));
            }

            group.Key.Value.Write(values);
        }
    }
}
