using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// <see cref="Adam"/> whose weight decay acts on the parameter itself, not through the gradient
/// (Loshchilov 2019): first p -= learningRate weightDecay p.
/// </summary>
public sealed class AdamW : Adam
{
    /// <summary>AdamW for a model that is compiled with it.</summary>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="beta1">Of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">Of the mean of their squares, in [0, 1).</param>
    /// <param name="epsilon">Above 0.</param>
    /// <param name="weightDecay">At least 0.</param>
    public AdamW(
        float learningRate = 1e-3f,
        float beta1 = 0.9f,
        float beta2 = 0.999f,
        float epsilon = 1e-8f,
        float weightDecay = 1e-2f)
        : base(null, true, learningRate, (beta1, beta2), epsilon, weightDecay)
    {
    }

    /// <summary>AdamW for some parameters.</summary>
    /// <param name="parameters">What it changes; at least one, none twice.</param>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="beta1">Of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">Of the mean of their squares, in [0, 1).</param>
    /// <param name="epsilon">Above 0.</param>
    /// <param name="weightDecay">At least 0.</param>
    public AdamW(
        IEnumerable<Parameter> parameters,
        float learningRate = 1e-3f,
        float beta1 = 0.9f,
        float beta2 = 0.999f,
        float epsilon = 1e-8f,
        float weightDecay = 1e-2f)
        : base(
            parameters ?? throw new ArgumentNullException(nameof(parameters)),
            true,
            learningRate,
            (beta1, beta2),
            epsilon,
            weightDecay)
    {
    }
}
