using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>LSTM, GRU and plain recurrence: layers, cells, and what runs a cell.</summary>
internal static class RecurrentKinds
{
    internal static ModuleKind[] All { get; } =
    [
        ModuleKind.Of<Lstm>(nameof(Lstm), WriteLayer, config => Layer(
            config, RnnCell.Lstm, (settings, device) => new Lstm(settings, null, null, device))),
        ModuleKind.Of<Gru>(nameof(Gru), WriteLayer, config => Layer(
            config, RnnCell.Gru, (settings, device) => new Gru(settings, null, null, device))),
        ModuleKind.Of<SimpleRnn>(nameof(SimpleRnn), WriteLayer, config => Layer(
            config, PlainCell(config), (settings, device) => new SimpleRnn(settings, null, null, device))),

        ModuleKind.Of<LstmCell>(nameof(LstmCell), WriteCell, config =>
        {
            (RecurrentSettings made, int inputs) = Cell(config, RnnCell.Lstm);
            return new LstmCell(inputs, made.HiddenSize, made.Bias, null, config.Device, made.Options);
        }),
        ModuleKind.Of<GruCell>(nameof(GruCell), WriteCell, config =>
        {
            (RecurrentSettings made, int inputs) = Cell(config, RnnCell.Gru);
            return new GruCell(
                inputs, made.HiddenSize, made.Bias, made.ResetAfter, null, config.Device, made.Options);
        }),
        ModuleKind.Of<SimpleRnnCell>(nameof(SimpleRnnCell), WriteCell, config =>
        {
            (RecurrentSettings made, int inputs) = Cell(config, PlainCell(config));
            return new SimpleRnnCell(
                inputs, made.HiddenSize, made.Bias, config.GetEnum<Activation>(RecurrentConfig.Activation),
                null, config.Device, made.Options);
        }),

        ModuleKind.Of<Rnn>(
            nameof(Rnn),
            (layer, config) =>
            {
                config.Set("cell", layer.Cell);
                config.Set("returnSequences", layer.ReturnSequences);
                config.Set("returnState", layer.ReturnState);
                config.Set("goBackwards", layer.GoBackwards);
                config.Set("stateful", layer.Stateful);
                config.Set("batchFirst", layer.BatchFirst);
            },
            config => new Rnn(
                config.GetModule<RecurrentCell>("cell"),
                config.GetBoolean("returnSequences"),
                config.GetBoolean("returnState"),
                config.GetBoolean("goBackwards"),
                config.GetBoolean("stateful"),
                config.GetBoolean("batchFirst"))),
    ];

    /// <summary>
    /// Refuses the file unless it has the matrices of a layer under a name, such as <c>encoder.</c> or an
    /// empty one.
    /// </summary>
    internal static void RequireWeights(
        ConfigReader config, string prefix, RecurrentSettings settings, int inputSize)
    {
        int rows = settings.Gates * settings.HiddenSize;
        for (int layer = 0; layer < settings.NumLayers; layer++)
        {
            int columns = layer == 0 ? inputSize : settings.OutputSize * settings.Directions;
            for (int direction = 0; direction < settings.Directions; direction++)
            {
                string suffix = $"_l{layer}{(direction == 0 ? string.Empty : "_reverse")}";
                config.RequireWeight($"{prefix}weight_ih{suffix}", rows, columns);
                config.RequireWeight($"{prefix}weight_hh{suffix}", rows, settings.OutputSize);
            }
        }
    }

    private static void WriteLayer(RecurrentLayer layer, ConfigWriter config)
    {
        RecurrentConfig.Write(layer.Settings, config);
        config.Set("inputSize", layer.InputSize);
    }

    private static T Layer<T>(ConfigReader config, RnnCell cell, Func<RecurrentSettings, Device, T> make)
        where T : RecurrentLayer
    {
        RecurrentSettings settings = RecurrentConfig.Read(config, cell).Checked("hiddenSize");
        int inputSize = config.GetSize("inputSize");
        RequireWeights(config, string.Empty, settings, inputSize);
        T layer = make(settings, config.Device);
        layer.Build(inputSize, config.Device);
        return layer;
    }

    private static void WriteCell(FusedCell cell, ConfigWriter config)
    {
        RecurrentConfig.Write(cell.Settings, config);
        config.Set("inputSize", cell.InputSize);
    }

    private static (RecurrentSettings Settings, int InputSize) Cell(ConfigReader config, RnnCell cell)
    {
        RecurrentSettings settings = RecurrentConfig.Read(config, cell).Checked("hiddenSize");
        int inputSize = config.GetSize("inputSize");
        int rows = settings.Gates * settings.HiddenSize;
        config.RequireWeight("weight_ih", rows, inputSize);
        config.RequireWeight("weight_hh", rows, settings.HiddenSize);
        return (settings, inputSize);
    }

    private static RnnCell PlainCell(ConfigReader config) =>
        SimpleRnn.CellOf(config.GetEnum<Activation>(RecurrentConfig.Activation));
}
