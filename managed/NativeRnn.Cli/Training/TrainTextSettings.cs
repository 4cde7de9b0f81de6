using NativeRnn.Cli.Applications;
using NativeRnn.Layers;

namespace NativeRnn.Cli.Training;

/// <summary>What `nativernn train text` was asked to do; see that command's options.</summary>
internal sealed record TrainTextSettings
{
    /// <summary>
    /// Batch and sequence unless told otherwise: many small steps learn more from a text than few large ones.
    /// </summary>
    public const int StandardBatch = 32;

    /// <inheritdoc cref="StandardBatch"/>
    public const int StandardSequence = 64;

    /// <summary>How long the first run, without any option, trains.</summary>
    public const double DefaultCorpusSeconds = 60;

    /// <summary>Its batch: a minute is short, and needs yet more steps.</summary>
    public const int DefaultCorpusBatch = 16;

    /// <summary>The text's file; null: the embedded sources.</summary>
    public string? Data { get; init; }

    public required RnnCell Cell { get; init; }

    public required int Layers { get; init; }

    public required int Hidden { get; init; }

    public required int Embedding { get; init; }

    public required int Sequence { get; init; }

    public required int Batch { get; init; }

    public required int Epochs { get; init; }

    public required float LearningRate { get; init; }

    public required float Dropout { get; init; }

    public required float Clip { get; init; }

    /// <summary>Share of the text for validation; 0: none.</summary>
    public required double Validation { get; init; }

    public required RunSettings Run { get; init; }

    /// <summary>The seconds to train at most; null: as long as the epochs take.</summary>
    public double? SecondsAllowed => Run.MaxSeconds ?? (Data is null ? DefaultCorpusSeconds : null);
}
