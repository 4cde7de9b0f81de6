using System.Text.Json;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Keras' names of activations.</summary>
internal static class KerasActivations
{
    /// <summary>Of a layer's output.</summary>
    internal static Activation OfLayer(KerasConfig config, string name)
    {
        string activation = NameOf(config, name, "linear");
        return activation switch
        {
            "linear" => Activation.None,
            "relu" => Activation.Relu,
            "tanh" => Activation.Tanh,
            "sigmoid" => Activation.Sigmoid,
            "softmax" => Activation.Softmax,
            "softplus" => Activation.Softplus,
            "gelu" => Activation.Gelu,
            _ => throw Unknown(
                config, name, activation, "linear, relu, tanh, sigmoid, softmax, softplus and gelu"),
        };
    }

    /// <summary>Of a recurrent cell.</summary>
    internal static GateActivation OfCell(KerasConfig config, string name, string standard, string? older = null)
    {
        string activation = NameOf(config, name, standard, older);
        return activation switch
        {
            "linear" => GateActivation.Affine(),
            "relu" => GateActivation.Relu,
            "tanh" => GateActivation.Tanh,
            "sigmoid" => GateActivation.Sigmoid,
            "hard_sigmoid" => GateActivation.HardSigmoid(config.Version.HardSigmoidSlope),
            "softsign" => GateActivation.Softsign,
            "elu" => GateActivation.Elu(),
            _ => throw Unknown(
                config, name, activation, "linear, relu, tanh, sigmoid, hard_sigmoid, softsign and elu"),
        };
    }

    // A text, or since Keras 2.13 a function with its name: {"class_name": "function", "config": "relu"}.
    private static string NameOf(KerasConfig config, string name, string standard, string? older = null)
    {
        JsonElement? found = config.Find(name, older);
        if (found is { ValueKind: JsonValueKind.Object } value)
        {
            bool isName = value.TryGetProperty("config", out JsonElement inner)
                && inner.ValueKind == JsonValueKind.String
                && value.TryGetProperty("class_name", out JsonElement kind)
                && kind.ValueKind == JsonValueKind.String && kind.ValueEquals("function");
            return isName ? inner.GetString()! : throw config.Wrong(name, value, "the name of a function");
        }

        return config.GetText(name, standard, older);
    }

    private static Formats.ModelFormatException Unknown(
        KerasConfig config, string name, string activation, string known) =>
        config.Invalid($"{name}='{Formats.PrintableText.Of(activation)}' is not supported; {known} are");
}
