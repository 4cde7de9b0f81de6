using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Layers without weights.</summary>
internal static class ShapeKinds
{
    internal static ModuleKind[] All { get; } =
    [
        ModuleKind.Of<Dropout>(
            nameof(Dropout),
            (layer, config) => config.Set("rate", layer.Rate),
            config => new Dropout(config.GetSingle("rate"))),
        ModuleKind.Of<StepDropout>(
            nameof(StepDropout),
            (layer, config) => config.Set("rate", layer.Rate),
            config => new StepDropout(config.GetSingle("rate"))),
        ModuleKind.Of<Masking>(
            nameof(Masking),
            (layer, config) => config.Set("maskValue", layer.MaskValue),
            config => new Masking(config.GetSingle("maskValue"))),
        ModuleKind.Of<ActivationLayer>(
            nameof(ActivationLayer),
            (layer, config) => config.Set("activation", layer.Activation),
            config => new ActivationLayer(config.GetEnum<Activation>("activation"))),

        ModuleKind.Of<MaxPool1d>(nameof(MaxPool1d), WritePool, config => new MaxPool1d(
            config.GetInt32("poolSize"), config.GetInt32("stride"), config.GetEnum<TimePadding>("padding"))),
        ModuleKind.Of<AveragePool1d>(nameof(AveragePool1d), WritePool, config => new AveragePool1d(
            config.GetInt32("poolSize"), config.GetInt32("stride"), config.GetEnum<TimePadding>("padding"))),
        ModuleKind.Plain<GlobalMaxPool1d>(nameof(GlobalMaxPool1d)),
        ModuleKind.Plain<GlobalAveragePool1d>(nameof(GlobalAveragePool1d)),

        ModuleKind.Of<Flatten>(
            nameof(Flatten),
            (layer, config) => config.Set("startAxis", layer.StartAxis),
            config => new Flatten(config.GetInt32("startAxis"))),
        ModuleKind.Of<Reshape>(
            nameof(Reshape),
            (layer, config) => config.Set("targetShape", [.. layer.TargetShape]),
            config => new Reshape(config.GetInt32s("targetShape"))),
        ModuleKind.Of<Permute>(
            nameof(Permute),
            (layer, config) => config.Set("axes", layer.Axes),
            config => new Permute(config.GetInt32s("axes"))),
        ModuleKind.Of<RepeatVector>(
            nameof(RepeatVector),
            (layer, config) => config.Set("steps", layer.Steps),
            config => new RepeatVector(config.GetInt32("steps"))),
    ];

    private static void WritePool(PoolingLayer layer, ConfigWriter config)
    {
        config.Set("poolSize", layer.PoolSize);
        config.Set("stride", layer.Stride);
        config.Set("padding", layer.Padding);
    }
}
