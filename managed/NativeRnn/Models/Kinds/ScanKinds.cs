using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Elementwise recurrences.</summary>
internal static class ScanKinds
{
    private const string Activation = "activation";

    internal static ModuleKind[] All { get; } =
    [
        ModuleKind.Of<IndRnn>(
            nameof(IndRnn),
            (layer, config) =>
            {
                Write(layer, config);
                config.Set(Activation, layer.Settings.Kind == NrnnScanKind.IndRnnTanh
                    ? Layers.Activation.Tanh
                    : Layers.Activation.Relu);
            },
            config => Layer(config, IndRnnKind(config), settings => new IndRnn(settings, null, null, null))),
        ModuleKind.Of<MinGru>(nameof(MinGru), Write, config => Layer(
            config, NrnnScanKind.MinGru, settings => new MinGru(settings, null, null, null))),
        ModuleKind.Of<MinLstm>(nameof(MinLstm), Write, config => Layer(
            config, NrnnScanKind.MinLstm, settings => new MinLstm(settings, null, null, null))),
    ];

    private static void Write(ScanLayer layer, ConfigWriter config)
    {
        config.Set("inputSize", layer.InputSize);
        config.Set("hiddenSize", layer.HiddenSize);
        config.Set("bidirectional", layer.Bidirectional);
        config.Set("batchFirst", layer.BatchFirst);
        config.Set("bias", layer.Bias);
        config.Set("kerasStyle", layer.Settings.KerasStyle);
        config.Set("returnSequences", layer.Settings.ReturnSequences);
    }

    private static T Layer<T>(ConfigReader config, NrnnScanKind kind, Func<ScanSettings, T> make)
        where T : ScanLayer
    {
        ScanSettings settings = new()
        {
            Kind = kind,
            HiddenSize = config.GetSize("hiddenSize"),
            Bidirectional = config.GetBoolean("bidirectional"),
            BatchFirst = config.GetBoolean("batchFirst"),
            Bias = config.GetBoolean("bias"),
            KerasStyle = config.GetBoolean("kerasStyle"),
            ReturnSequences = config.GetBoolean("returnSequences"),
        };
        int inputSize = config.GetSize("inputSize");
        config.RequireWeight("weight_ih_l0", settings.Gates * settings.HiddenSize, inputSize);
        T layer = make(settings);
        layer.Build(inputSize, config.Device);
        return layer;
    }

    private static NrnnScanKind IndRnnKind(ConfigReader config) =>
        config.GetEnum<Activation>(Activation) switch
        {
            Layers.Activation.Relu => NrnnScanKind.IndRnnRelu,
            Layers.Activation.Tanh => NrnnScanKind.IndRnnTanh,
            Activation other => throw config.Invalid($"the activation {other} must be Relu or Tanh"),
        };
}
