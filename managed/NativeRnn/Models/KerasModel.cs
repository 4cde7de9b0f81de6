using System.Text.Json;
using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Models;

/// <summary>
/// Models that Keras trained: <c>.h5</c> of Keras 1 and 2, <c>.keras</c> and <c>.weights.h5</c> of Keras 3. No Python
/// runs, and nothing in the file is executed.
/// </summary>
/// <remarks>
/// <para>
/// Sequential models, and Functional ones that are a chain, of LSTM, GRU, SimpleRNN, CuDNNLSTM, CuDNNGRU,
/// Bidirectional, TimeDistributed, Embedding, Dense, Dropout, Masking, LayerNormalization, Activation and InputLayer.
/// Gates, kernels, split biases, <c>reset_after</c> and the hard_sigmoid of each Keras become ours; other layers and
/// settings are refused by name.
/// </para>
/// <para>
/// Initialisers, regularisers, constraints, the optimiser and the loss are not taken: <see cref="Sequential.Compile"/>
/// says anew how to train on. All weights become float32. At steps that a mask leaves out, recurrent layers give 0,
/// as Keras does with zero_output_for_mask; what comes after the mask never sees a difference.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// Sequential model = KerasModel.Load("model.h5");
/// Tensor y = model.Predict(x);
/// </code>
/// </example>
public static class KerasModel
{
    /// <summary>Makes the model of a file that holds its architecture and its weights.</summary>
    /// <param name="path">A file <c>.h5</c> or <c>.keras</c>; what it is is seen from its content.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <returns>The model, in evaluation and training as a new one; Compile it to train on.</returns>
    /// <exception cref="ModelFormatException">
    /// The file is damaged, has no architecture, or has a layer or a setting that is not supported.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Sequential Load(string path, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using KerasFile file = KerasFile.Open(path);
        if (file.Config is not string config)
        {
            throw new ModelFormatException(
                path, "", "weights without model_config: make the model and call KerasModel.LoadWeights");
        }

        Device target = device ?? Device.Default;
        KerasLayers factory = new(path, file.Version, target, file.WeightBytes);
        using WeightsToCome _ = WeightsToCome.Expect();
        List<KerasLayer> layers = [];
        foreach (JsonElement json in new KerasArchitecture(path).Read(config))
        {
            layers.Add(factory.Create(json));
        }

        Module[] modules = [.. layers.Select(layer => layer.Module).OfType<Module>()];
        if (modules.Length == 0)
        {
            throw new ModelFormatException(path, "model_config", "the model has no layers");
        }

        Fill(file, layers, byName: true, target);
        return new Sequential(modules);
    }

    /// <summary>Sets the weights of a model to those of a file; nothing changes when this throws.</summary>
    /// <param name="model">
    /// Layers as those of the Keras model, in its order. A layer that does not know its input's size yet learns it from
    /// the file. Keras' Bidirectional is ours or a bidirectional layer.
    /// </param>
    /// <param name="path">A file <c>.h5</c>, <c>.weights.h5</c> or <c>.keras</c>; an architecture in it is not read.
    /// </param>
    /// <param name="device">Of the weights that are made; null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ModelFormatException">The file is damaged, or its weights are not those of such a model.
    /// </exception>
    /// <exception cref="ArgumentException">The model has a layer that Keras has not.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static void LoadWeights(Sequential model, string path, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        KerasLayer[] layers =
            [.. model.Layers.Select((module, index) => KerasLayer.Of(module, $"{index}", nameof(model)))];
        using KerasFile file = KerasFile.Open(path);
        Fill(file, layers, byName: false, device ?? Device.Default);
    }

    private static void Fill(KerasFile file, IReadOnlyList<KerasLayer> layers, bool byName, Device device)
    {
        KerasWeightLoader loader = new(device);
        foreach ((KerasLayer layer, KerasArrays arrays) in file.Weights().For(layers, byName))
        {
            loader.Read(layer, arrays);
        }

        loader.Write();
    }
}
