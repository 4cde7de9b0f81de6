using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Layers with weights that look at each step by itself, or at windows.</summary>
internal static class WeightedKinds
{
    internal static ModuleKind[] All { get; } =
    [
        ModuleKind.Of<Dense>(
            nameof(Dense),
            (layer, config) =>
            {
                WriteAffine(layer, config);
                config.Set("activation", layer.Activation);
            },
            config =>
            {
                (int inputs, int outputs, bool bias) = Affine(config);
                Dense layer = new(outputs, config.GetEnum<Activation>("activation"), bias);
                layer.Build(inputs, config.Device);
                return layer;
            }),
        ModuleKind.Of<Linear>(nameof(Linear), WriteAffine, config =>
        {
            (int inputs, int outputs, bool bias) = Affine(config);
            return new Linear(inputs, outputs, bias, null, config.Device);
        }),

        ModuleKind.Of<Embedding>(
            nameof(Embedding),
            (layer, config) =>
            {
                config.Set("vocabulary", layer.Vocabulary);
                config.Set("dimension", layer.Dimension);
                config.SetIfAny("paddingIndex", layer.PaddingIndex);
                config.Set("maskZero", layer.MaskZero);
            },
            config =>
            {
                int vocabulary = config.GetInt32("vocabulary"), dimension = config.GetInt32("dimension");
                config.RequireWeight("weight", vocabulary, dimension);
                return new Embedding(
                    vocabulary, dimension, config.GetInt32IfAny("paddingIndex"), null, config.Device,
                    config.GetBoolean("maskZero"));
            }),

        ModuleKind.Of<LayerNormalization>(
            nameof(LayerNormalization),
            (layer, config) =>
            {
                config.Set("normalizedSize", layer.NormalizedSize);
                config.Set("epsilon", layer.Epsilon);
                config.Set("affine", layer.Weight is not null);
            },
            config =>
            {
                (int size, bool affine) = (config.GetSize("normalizedSize"), config.GetBoolean("affine"));
                if (affine)
                {
                    config.RequireWeight("weight", size);
                }

                return new LayerNormalization(size, config.GetSingle("epsilon"), affine, config.Device);
            }),

        ModuleKind.Of<Conv1d>(
            nameof(Conv1d),
            (layer, config) =>
            {
                config.Set("inChannels", layer.InChannels);
                config.Set("outChannels", layer.OutChannels);
                config.Set("kernelSize", layer.KernelSize);
                config.Set("padding", layer.Padding);
                config.Set("stride", layer.Stride);
                config.Set("dilation", layer.Dilation);
                config.Set("groups", layer.Groups);
                config.Set("activation", layer.Activation);
                config.Set("bias", layer.Bias is not null);
            },
            Convolution),
    ];

    private static void WriteAffine(AffineLayer layer, ConfigWriter config)
    {
        config.Set("inputSize", layer.InputSize);
        config.Set("outputSize", layer.OutputSize);
        config.Set("bias", layer.Bias is not null);
    }

    private static (int Inputs, int Outputs, bool Bias) Affine(ConfigReader config)
    {
        (int inputs, int outputs) = (config.GetSize("inputSize"), config.GetSize("outputSize"));
        config.RequireWeight("weight", outputs, inputs);
        return (inputs, outputs, config.GetBoolean("bias"));
    }

    private static Conv1d Convolution(ConfigReader config)
    {
        int channels = config.GetSize("inChannels");
        Conv1d layer = new(
            config.GetSize("outChannels"),
            config.GetSize("kernelSize"),
            config.GetEnum<TimePadding>("padding"),
            config.GetInt32("stride"),
            config.GetInt32("dilation"),
            config.GetSize("groups"),
            config.GetEnum<Activation>("activation"),
            config.GetBoolean("bias"));
        config.RequireWeight("weight", layer.OutChannels, channels / layer.Groups, layer.KernelSize);
        layer.Build(channels, config.Device);
        return layer;
    }
}
