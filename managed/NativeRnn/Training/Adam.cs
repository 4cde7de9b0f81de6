using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Adam (Kingma 2015): with g the gradient plus weightDecay p,
/// m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2,
/// p -= learningRate m^ / (sqrt(v^) + epsilon), where m^ and v^ are free of the start's bias.
/// </summary>
public class Adam : Optimizer
{
    private readonly bool _decoupled;
    private Tensor[] _first = [];
    private Tensor[] _second = [];

    /// <summary>Adam for a model that is compiled with it.</summary>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="beta1">Of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">Of the mean of their squares, in [0, 1).</param>
    /// <param name="epsilon">Above 0.</param>
    /// <param name="weightDecay">At least 0.</param>
    public Adam(
        float learningRate = 1e-3f,
        float beta1 = 0.9f,
        float beta2 = 0.999f,
        float epsilon = 1e-8f,
        float weightDecay = 0)
        : this(null, false, learningRate, (beta1, beta2), epsilon, weightDecay)
    {
    }

    /// <summary>Adam for some parameters.</summary>
    /// <param name="parameters">What it changes; at least one, none twice.</param>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="beta1">Of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">Of the mean of their squares, in [0, 1).</param>
    /// <param name="epsilon">Above 0.</param>
    /// <param name="weightDecay">At least 0.</param>
    public Adam(
        IEnumerable<Parameter> parameters,
        float learningRate = 1e-3f,
        float beta1 = 0.9f,
        float beta2 = 0.999f,
        float epsilon = 1e-8f,
        float weightDecay = 0)
        : this(
            parameters ?? throw new ArgumentNullException(nameof(parameters)),
            false,
            learningRate,
            (beta1, beta2),
            epsilon,
            weightDecay)
    {
    }

    private protected Adam(
        IEnumerable<Parameter>? parameters,
        bool decoupled,
        float learningRate,
        (float First, float Second) betas,
        float epsilon,
        float weightDecay)
        : base(learningRate)
    {
        _decoupled = decoupled;
        Beta1 = Require(betas.First, betas.First is >= 0 and < 1, "beta1", "in [0, 1)");
        Beta2 = Require(betas.Second, betas.Second is >= 0 and < 1, "beta2", "in [0, 1)");
        Epsilon = Require(epsilon, epsilon > 0, nameof(epsilon), "above 0 and finite");
        WeightDecay = Require(
            weightDecay, weightDecay >= 0, nameof(weightDecay), "at least 0 and finite");
        if (parameters is not null)
        {
            Bind(parameters);
        }
    }

    /// <summary>Of the mean of gradients.</summary>
    public float Beta1 { get; }

    /// <summary>Of the mean of their squares.</summary>
    public float Beta2 { get; }

    /// <summary>Added to the root of the mean of squares.</summary>
    public float Epsilon { get; }

    /// <summary>Pulls parameters towards zero.</summary>
    public float WeightDecay { get; }

    private protected sealed override void MakeMoments(Parameter[] parameters) =>
        (_first, _second) = (ZerosLike(parameters), ZerosLike(parameters));

    private protected sealed override IEnumerable<(string Kind, Tensor[] Tensors)> Moments() =>
        [("first", _first), ("second", _second)];

    private protected sealed override void StepOf(int index, Parameter parameter) =>
        Ops.AdamStep(new AdamCall
        {
            LearningRate = LearningRate,
            Beta1 = Beta1,
            Beta2 = Beta2,
            Epsilon = Epsilon,
            WeightDecay = WeightDecay,
            Decoupled = _decoupled,
            Step = Steps,
            Parameter = parameter.Value,
            Gradient = parameter.Gradient,
            First = _first[index],
            Second = _second[index],
        });
}
