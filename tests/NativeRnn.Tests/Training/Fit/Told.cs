using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

/// <summary>A callback of functions.</summary>
internal sealed class Told : Callback
{
    public Action<string, TrainingContext>? Any { get; init; }

    public Action<TrainingContext>? BatchEnd { get; init; }

    public override void OnTrainBegin(TrainingContext context) => Any?.Invoke("train begins", context);

    public override void OnEpochBegin(TrainingContext context) => Any?.Invoke("epoch begins", context);

    public override void OnBatchEnd(TrainingContext context)
    {
        Any?.Invoke("batch", context);
        BatchEnd?.Invoke(context);
    }

    public override void OnEpochEnd(TrainingContext context, EpochResult result) =>
        Any?.Invoke("epoch", context);

    public override void OnTrainEnd(TrainingContext context) => Any?.Invoke("train", context);
}
