using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>A layer of a Keras model and the module that takes its place.</summary>
/// <param name="ClassName">Keras' class: LSTM.</param>
/// <param name="Name">Its name in the model: lstm_1.</param>
/// <param name="Module">What does its work; null: an InputLayer, which has none.</param>
internal sealed record KerasLayer(string ClassName, string Name, Module? Module)
{
    /// <summary>Of a TimeDistributed: what it wraps.</summary>
    internal KerasLayer? Inner { get; init; }

    /// <summary>Whether kernels and biases are in cuDNN's layout.</summary>
    internal bool IsCuDnn { get; init; }

    /// <summary>Of a LayerNormalization: whether the file has the factors, gamma.</summary>
    internal bool HasScale { get; init; } = true;

    /// <summary>Of a LayerNormalization: whether the file has what is added, beta.</summary>
    internal bool HasCenter { get; init; } = true;

    /// <summary>Whether the file has weights of it.</summary>
    internal bool HasWeights => Module switch
    {
        RecurrentLayer or Bidirectional or AffineLayer or Embedding => true,
        LayerNormalization => HasScale || HasCenter,
        TimeDistributed => Inner!.HasWeights,
        _ => false,
    };

    /// <summary>The layer that a module stands for.</summary>
    /// <exception cref="ArgumentException">Keras has nothing like it.</exception>
    internal static KerasLayer Of(Module module, string name, string parameter) => module switch
    {
        RecurrentLayer { NumLayers: 1 } layer when Settings(layer) => new KerasLayer(ClassOf(layer), name, layer),
        Bidirectional { ForwardLayer: RecurrentLayer, BackwardLayer: RecurrentLayer } =>
            new KerasLayer("Bidirectional", name, module),
        TimeDistributed steps => new KerasLayer("TimeDistributed", name, steps)
        {
            Inner = Of(steps.Module, name, parameter),
        },
        AffineLayer => new KerasLayer("Dense", name, module),
        Embedding => new KerasLayer("Embedding", name, module),
        LayerNormalization layer => new KerasLayer("LayerNormalization", name, module)
        {
            HasScale = !layer.IsBuilt || layer.Weight is not null,
            HasCenter = !layer.IsBuilt || layer.Bias is not null,
        },
        _ when module.IsBuilt && !module.Parameters().Any() => new KerasLayer(module.GetType().Name, name, module),
        _ => throw new ArgumentException(
            $"layer {name} is {module.GetType().Name}, which Keras' files have no weights for; layers of Keras are: " +
            KerasLayers.Supported, parameter),
    };

    // What Keras' weights can't tell.
    private static bool Settings(RecurrentLayer layer) => layer.Settings is
    {
        ProjectionSize: 0,
        Options: { Peephole: false, CoupledGates: false, LayerNormalization: false, LearnedInitialState: false },
    };

    private static string ClassOf(RecurrentLayer layer) => layer switch
    {
        { Bidirectional: true } => "Bidirectional",
        Lstm => "LSTM",
        Gru => "GRU",
        _ => "SimpleRNN",
    };
}
