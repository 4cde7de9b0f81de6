using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Settings and options of recurrent layers and cells. Initialisers are left out: the weights are in the
/// file.
/// </summary>
internal static class RecurrentConfig
{
    internal const string Activation = "activation";

    internal static void Write(RecurrentSettings settings, ConfigWriter config)
    {
        config.Set("hiddenSize", settings.HiddenSize);
        config.Set("numLayers", settings.NumLayers);
        config.Set("bidirectional", settings.Bidirectional);
        config.Set("batchFirst", settings.BatchFirst);
        config.Set("bias", settings.Bias);
        config.Set("dropout", settings.Dropout);
        config.Set("kerasStyle", settings.KerasStyle);
        config.Set("returnSequences", settings.ReturnSequences);
        switch (settings.Cell)
        {
            case RnnCell.Lstm:
                config.Set("projectionSize", settings.ProjectionSize);
                break;
            case RnnCell.Gru:
                config.Set("resetAfter", settings.ResetAfter);
                break;
            default:
                config.Set(Activation, settings.Cell == RnnCell.RnnRelu
                    ? Layers.Activation.Relu
                    : Layers.Activation.Tanh);
                break;
        }

        config.Set("options", options => Write(settings.Options, options));
    }

    internal static RecurrentSettings Read(ConfigReader config, RnnCell cell) => new()
    {
        Cell = cell,
        HiddenSize = config.GetInt32("hiddenSize"),
        NumLayers = config.GetInt32("numLayers"),
        Bidirectional = config.GetBoolean("bidirectional"),
        BatchFirst = config.GetBoolean("batchFirst"),
        Bias = config.GetBoolean("bias"),
        Dropout = config.GetSingle("dropout"),
        KerasStyle = config.GetBoolean("kerasStyle"),
        ReturnSequences = config.GetBoolean("returnSequences"),
        ProjectionSize = cell == RnnCell.Lstm ? config.GetInt32("projectionSize") : 0,
        ResetAfter = cell != RnnCell.Gru || config.GetBoolean("resetAfter"),
        Options = ReadOptions(config.GetConfig("options")),
    };

    private static void Write(RecurrentOptions options, ConfigWriter config)
    {
        config.Set("mergeMode", options.MergeMode);
        config.Set("goBackwards", options.GoBackwards);
        config.Set("returnState", options.ReturnState);
        config.Set("stateful", options.Stateful);
        config.Set("learnedInitialState", options.LearnedInitialState);
        config.SetIfAny("checkpointSteps", options.CheckpointSteps);
        Write("recurrentActivation", options.RecurrentActivation, config);
        Write("activation", options.Activation, config);
        Write("outputActivation", options.OutputActivation, config);
        config.Set("peephole", options.Peephole);
        config.Set("coupledGates", options.CoupledGates);
        config.Set("layerNormalization", options.LayerNormalization);
        config.Set("normalizationEpsilon", options.NormalizationEpsilon);
        config.Set("cellClip", options.CellClip);
        config.Set("projectionClip", options.ProjectionClip);
        config.Set("zoneoutHidden", options.ZoneoutHidden);
        config.Set("zoneoutCell", options.ZoneoutCell);
        config.Set("dropout", options.Dropout);
        config.Set("recurrentDropout", options.RecurrentDropout);
        config.Set("weightDropout", options.WeightDropout);
    }

    private static RecurrentOptions ReadOptions(ConfigReader config)
    {
        RecurrentOptions options = new()
        {
            MergeMode = config.GetEnum<MergeMode>("mergeMode"),
            GoBackwards = config.GetBoolean("goBackwards"),
            ReturnState = config.GetBoolean("returnState"),
            Stateful = config.GetBoolean("stateful"),
            LearnedInitialState = config.GetBoolean("learnedInitialState"),
            CheckpointSteps = config.GetInt32IfAny("checkpointSteps"),
            RecurrentActivation = ReadGate("recurrentActivation", config),
            Activation = ReadGate("activation", config),
            OutputActivation = ReadGate("outputActivation", config),
            Peephole = config.GetBoolean("peephole"),
            CoupledGates = config.GetBoolean("coupledGates"),
            LayerNormalization = config.GetBoolean("layerNormalization"),
            NormalizationEpsilon = config.GetSingle("normalizationEpsilon"),
            CellClip = config.GetSingle("cellClip"),
            ProjectionClip = config.GetSingle("projectionClip"),
            ZoneoutHidden = config.GetSingle("zoneoutHidden"),
            ZoneoutCell = config.GetSingle("zoneoutCell"),
            Dropout = config.GetSingle("dropout"),
            RecurrentDropout = config.GetSingle("recurrentDropout"),
            WeightDropout = config.GetSingle("weightDropout"),
        };
        config.RequireAllRead();
        return options;
    }

    private static void Write(string name, GateActivation? activation, ConfigWriter config)
    {
        if (activation is not null)
        {
            config.Set(name, gate =>
            {
                gate.Set("function", activation.Kind);
                gate.Set("alpha", activation.Alpha);
                gate.Set("beta", activation.Beta);
            });
        }
    }

    private static GateActivation? ReadGate(string name, ConfigReader config)
    {
        if (!config.Has(name))
        {
            return null;
        }

        ConfigReader gate = config.GetConfig(name);
        (float alpha, float beta) = (gate.GetSingle("alpha"), gate.GetSingle("beta"));
        GateActivation activation = gate.GetEnum<NrnnActivation>("function") switch
        {
            NrnnActivation.Sigmoid => GateActivation.Sigmoid,
            NrnnActivation.Tanh => GateActivation.Tanh,
            NrnnActivation.Relu => GateActivation.Relu,
            NrnnActivation.Softsign => GateActivation.Softsign,
            NrnnActivation.HardSigmoid => GateActivation.HardSigmoid(alpha, beta),
            NrnnActivation.Affine => GateActivation.Affine(alpha, beta),
            NrnnActivation.Elu => GateActivation.Elu(alpha),
            _ => throw gate.Invalid("a default has no place in a file"),
        };
        gate.RequireAllRead();
        return activation;
    }
}
