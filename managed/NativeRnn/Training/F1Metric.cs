using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// The harmonic mean of precision and recall of a class; 0 where nothing is right.
/// Predictions [..,1] or [B] answer yes above a threshold, and yes is what is judged; targets, of as
/// many elements, are yes above 0.5. Predictions [..,C] answer with their largest class, and the
/// classes are averaged; targets are class numbers, int32 [..] (negative ones are left out), or
/// one-hot, [..,C].
/// </summary>
public sealed class F1Metric : Metric
{
    private readonly ClassCounts _counts;

    /// <summary>A metric.</summary>
    /// <param name="threshold">
    /// Where yes begins in yes-or-no answers: 0 for logits, 0.5 for probabilities.
    /// </param>
    /// <param name="average">How classes are averaged, where there are more than yes and no.</param>
    public F1Metric(float threshold = 0, ClassAverage average = ClassAverage.Macro) =>
        _counts = new ClassCounts(threshold, average);

    /// <inheritdoc/>
    public override string Name => "f1";

    /// <inheritdoc/>
    public override double Result => _counts.Result(
        static (right, answered, wanted) => ClassCounts.Ratio(2 * right, answered + wanted));

    /// <inheritdoc/>
    public override void Reset() => _counts.Reset();

    /// <inheritdoc/>
    public override void SaveState(TrainingState state) => _counts.Save(state);

    /// <inheritdoc/>
    public override void LoadState(TrainingState state) => _counts.Load(state);

    /// <inheritdoc path="/*[not(self::param)]"/>
    /// <param name="predictions">[..,C]; [..,1] or [B] for yes or no.</param>
    /// <param name="targets">int32 [..] or floats [..,C].</param>
    public override void Update(Tensor predictions, Tensor targets) =>
        Update(predictions, targets, null);

    /// <inheritdoc/>
    public override void Update(Tensor predictions, Tensor targets, Tensor? weights) =>
        _counts.Update(predictions, targets, weights);
}
