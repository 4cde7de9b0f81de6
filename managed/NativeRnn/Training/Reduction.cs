namespace NativeRnn.Training;

/// <summary>How a <see cref="Loss"/> makes one number of the losses l with their weights w.</summary>
public enum Reduction
{
    /// <summary>
    /// The sum of w l over the number of losses, whatever their weights: Keras'
    /// <c>sum_over_batch_size</c>. Ignored targets and masked steps are not counted.
    /// </summary>
    Mean = 0,

    /// <summary>
    /// The sum of w l over the sum of w: Keras' <c>mean_with_sample_weight</c>, and what PyTorch does
    /// with weights of classes. 0 when all weights are 0.
    /// </summary>
    WeightedMean = 1,

    /// <summary>The sum of w l.</summary>
    Sum = 2,

    /// <summary>Each w l, in the shape of <see cref="Loss.EvaluateEach"/>.</summary>
    None = 3,
}
