using System.Globalization;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>Where a run of Fit is, and what it has found so far.</summary>
internal sealed class FitState
{
    /// <summary>The epoch that runs, from 1.</summary>
    internal int Epoch { get; set; } = 1;

    /// <summary>Batches of it that are done, the skipped ones included.</summary>
    internal int Batch { get; set; }

    /// <summary>Rows of it that were learnt from.</summary>
    internal long Rows { get; set; }

    /// <summary>The losses of it, each times its batch's rows.</summary>
    internal double LossSum { get; set; }

    /// <summary>Batches of the run that were skipped since they were not finite.</summary>
    internal int Skipped { get; set; }

    /// <summary>Why the run ends before its last epoch; null: it goes on.</summary>
    internal string? StopReason { get; set; }

    internal List<EpochResult> Results { get; } = [];

    internal double MeanLoss => LossSum / Rows;

    internal void NextEpoch() => (Epoch, Batch, Rows, LossSum) = (Epoch + 1, 0, 0, 0);

    internal History ToHistory() => new([.. Results])
    {
        SkippedBatches = Skipped,
        StopReason = StopReason,
    };

    internal TrainingState Save()
    {
        TrainingState state = new();
        state.Set("epoch", Epoch);
        state.Set("batch", Batch);
        state.Set("rows", Rows);
        state.Set("loss_sum", LossSum);
        state.Set("skipped", Skipped);
        if (StopReason is not null)
        {
            state.Set("stop_reason", StopReason);
        }

        state.Set("results", Results.Count);
        for (int index = 0; index < Results.Count; index++)
        {
            EpochResult result = Results[index];
            state.Set($"{index}/seconds", result.Seconds);
            state.Add($"{index}/training/", Saved(result.Training));
            if (result.Validation is not null)
            {
                state.Add($"{index}/validation/", Saved(result.Validation));
            }
        }

        return state;
    }

    internal void Load(TrainingState state)
    {
        Epoch = checked((int)state.GetInt64("epoch"));
        Batch = checked((int)state.GetInt64("batch"));
        Rows = state.GetInt64("rows");
        LossSum = state.GetDouble("loss_sum");
        Skipped = checked((int)state.GetInt64("skipped"));
        StopReason = state.Contains("stop_reason") ? state.GetText("stop_reason") : null;
        Results.Clear();
        long count = state.GetInt64("results");
        for (int index = 0; index < count; index++)
        {
            TrainingState validation = state.Part($"{index}/validation/");
            Results.Add(new EpochResult(
                index + 1,
                Loaded(state.Part($"{index}/training/")),
                validation.IsEmpty ? null : Loaded(validation),
                state.GetDouble($"{index}/seconds")));
        }
    }

    private static TrainingState Saved(Evaluation evaluation)
    {
        TrainingState state = new();
        state.Set("loss", evaluation.Loss);
        int index = 0;
        foreach ((string name, double value) in evaluation.Metrics)
        {
            // Numbered: a state sorts its names, and the metrics keep the order of Compile.
            state.Set(string.Create(CultureInfo.InvariantCulture, $"metric/{index++:0000}/{name}"), value);
        }

        return state;
    }

    private static Evaluation Loaded(TrainingState state) => new(
        state.GetDouble("loss"),
        state.Part("metric/").Texts.ToDictionary(
            metric => metric.Key[(metric.Key.IndexOf('/', StringComparison.Ordinal) + 1)..],
            metric => double.Parse(metric.Value, CultureInfo.InvariantCulture)));
}
