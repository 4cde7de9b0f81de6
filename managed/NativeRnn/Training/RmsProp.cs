using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Steps divided by the root of the mean square (Hinton 2012): with g the gradient plus weightDecay
/// p, s = alpha s + (1 - alpha) g^2, v = momentum v + g / (sqrt(s) + epsilon),
/// p -= learningRate v.
/// </summary>
public sealed class RmsProp : Optimizer
{
    private Tensor[] _square = [];
    private Tensor[] _velocity = [];

    /// <summary>RMSprop for a model that is compiled with it.</summary>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="alpha">Of the mean of squares, in [0, 1).</param>
    /// <param name="epsilon">Above 0.</param>
    /// <param name="momentum">In [0, 1).</param>
    /// <param name="weightDecay">At least 0.</param>
    public RmsProp(
        float learningRate = 1e-2f,
        float alpha = 0.99f,
        float epsilon = 1e-8f,
        float momentum = 0,
        float weightDecay = 0)
        : base(learningRate)
    {
        Alpha = Require(alpha, alpha is >= 0 and < 1, nameof(alpha), "in [0, 1)");
        Epsilon = Require(epsilon, epsilon > 0, nameof(epsilon), "above 0 and finite");
        Momentum = Require(momentum, momentum is >= 0 and < 1, nameof(momentum), "in [0, 1)");
        WeightDecay = Require(
            weightDecay, weightDecay >= 0, nameof(weightDecay), "at least 0 and finite");
    }

    /// <summary>RMSprop for some parameters.</summary>
    /// <param name="parameters">What it changes; at least one, none twice.</param>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="alpha">Of the mean of squares, in [0, 1).</param>
    /// <param name="epsilon">Above 0.</param>
    /// <param name="momentum">In [0, 1).</param>
    /// <param name="weightDecay">At least 0.</param>
    public RmsProp(
        IEnumerable<Parameter> parameters,
        float learningRate = 1e-2f,
        float alpha = 0.99f,
        float epsilon = 1e-8f,
        float momentum = 0,
        float weightDecay = 0)
        : this(learningRate, alpha, epsilon, momentum, weightDecay) => Bind(parameters);

    /// <summary>Of the mean of squares.</summary>
    public float Alpha { get; }

    /// <summary>Added to the root of the mean of squares.</summary>
    public float Epsilon { get; }

    /// <summary>How much of the last step stays.</summary>
    public float Momentum { get; }

    /// <summary>Pulls parameters towards zero.</summary>
    public float WeightDecay { get; }

    private protected override void MakeMoments(Parameter[] parameters)
    {
        _square = ZerosLike(parameters);
        _velocity = Momentum == 0 ? [] : ZerosLike(parameters);
    }

    private protected override IEnumerable<(string Kind, Tensor[] Tensors)> Moments() =>
        [("square", _square), ("velocity", _velocity)];

    private protected override void StepOf(int index, Parameter parameter) =>
        Ops.RmspropStep(new RmspropCall
        {
            LearningRate = LearningRate,
            Alpha = Alpha,
            Epsilon = Epsilon,
            Momentum = Momentum,
            WeightDecay = WeightDecay,
            Parameter = parameter.Value,
            Gradient = parameter.Gradient,
            Square = _square[index],
            Velocity = Momentum == 0 ? null : _velocity[index],
        });
}
