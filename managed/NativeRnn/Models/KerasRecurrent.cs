using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Recurrent layers of Keras' settings.</summary>
internal static class KerasRecurrent
{
    internal static bool IsCuDnn(string kind) => kind.StartsWith("CuDNN", StringComparison.Ordinal);

    /// <summary>
    /// A layer without weights. What only says how Keras computes (unroll, implementation) is ignored, and so are
    /// initialisers, regularisers and constraints.
    /// </summary>
    internal static RecurrentLayer Create(string kind, KerasConfig config, bool bidirectional, MergeMode merge)
    {
        config.Refuse("return_state");
        config.Refuse("time_major");
        bool cuDnn = IsCuDnn(kind);
        RnnCell cell = kind switch
        {
            "LSTM" or "CuDNNLSTM" => RnnCell.Lstm,
            "GRU" or "CuDNNGRU" => RnnCell.Gru,
            _ => RnnCell.RnnTanh,
        };
        RecurrentSettings settings = new()
        {
            Cell = cell,
            HiddenSize = config.GetSize("units", "output_dim"),
            Bias = cuDnn || config.GetBool("use_bias", true),
            BatchFirst = true,
            KerasStyle = true,
            Bidirectional = bidirectional,
            ReturnSequences = config.GetBool("return_sequences", false),
            ResetAfter = cell != RnnCell.Gru
                || cuDnn || config.GetBool("reset_after", config.Version.HasNewDefaults),
            Options = OptionsOf(config, cell, cuDnn, merge),
        };
        settings = settings.Checked("units");
        return cell switch
        {
            RnnCell.Lstm => new Lstm(settings, null, null, null),
            RnnCell.Gru => new Gru(settings, null, null, null),
            _ => new SimpleRnn(settings, null, null, null),
        };
    }

    // Keras' standard activations are ours, and stay unset: a stream runs such layers.
    private static RecurrentOptions OptionsOf(KerasConfig config, RnnCell cell, bool cuDnn, MergeMode merge)
    {
        string gate = config.Version.HasNewDefaults ? "sigmoid" : "hard_sigmoid";
        GateActivation? gates = cuDnn || cell == RnnCell.RnnTanh
            ? null
            : KerasActivations.OfCell(config, "recurrent_activation", gate, "inner_activation");
        GateActivation? candidate = cuDnn ? null : KerasActivations.OfCell(config, "activation", "tanh");
        return new RecurrentOptions
        {
            RecurrentActivation = gates == GateActivation.Sigmoid ? null : gates,
            Activation = candidate == GateActivation.Tanh ? null : candidate,
            MergeMode = merge,
            GoBackwards = config.GetBool("go_backwards", false),
            Stateful = config.GetBool("stateful", false),
            Dropout = config.GetFloat("dropout", 0, "dropout_W"),
            RecurrentDropout = config.GetFloat("recurrent_dropout", 0, "dropout_U"),
        };
    }
}
