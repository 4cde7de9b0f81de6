using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Gradient descent: with g the gradient plus weightDecay p, v = momentum v + g and
/// p -= learningRate v, or learningRate (g + momentum v) after Nesterov.
/// </summary>
public sealed class Sgd : Optimizer
{
    private Tensor[] _velocity = [];

    /// <summary>Gradient descent for a model that is compiled with it.</summary>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="momentum">In [0, 1).</param>
    /// <param name="weightDecay">At least 0.</param>
    /// <param name="nesterov">Look ahead; needs a momentum.</param>
    public Sgd(
        float learningRate = 1e-2f,
        float momentum = 0,
        float weightDecay = 0,
        bool nesterov = false)
        : base(learningRate) =>
        (Momentum, WeightDecay, Nesterov) = Check(momentum, weightDecay, nesterov);

    /// <summary>Gradient descent for some parameters.</summary>
    /// <param name="parameters">What it changes; at least one, none twice.</param>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="momentum">In [0, 1).</param>
    /// <param name="weightDecay">At least 0.</param>
    /// <param name="nesterov">Look ahead; needs a momentum.</param>
    public Sgd(
        IEnumerable<Parameter> parameters,
        float learningRate = 1e-2f,
        float momentum = 0,
        float weightDecay = 0,
        bool nesterov = false)
        : this(learningRate, momentum, weightDecay, nesterov) => Bind(parameters);

    /// <summary>How much of the last step stays.</summary>
    public float Momentum { get; }

    /// <summary>Pulls parameters towards zero.</summary>
    public float WeightDecay { get; }

    /// <summary>Whether it looks ahead.</summary>
    public bool Nesterov { get; }

    private protected override void MakeMoments(Parameter[] parameters) =>
        _velocity = Momentum == 0 ? [] : ZerosLike(parameters);

    private protected override IEnumerable<(string Kind, Tensor[] Tensors)> Moments() =>
        [("velocity", _velocity)];

    private protected override void StepOf(int index, Parameter parameter) =>
        Ops.SgdStep(new SgdCall
        {
            LearningRate = LearningRate,
            Momentum = Momentum,
            WeightDecay = WeightDecay,
            Nesterov = Nesterov,
            Parameter = parameter.Value,
            Gradient = parameter.Gradient,
            Velocity = Momentum == 0 ? null : _velocity[index],
        });

    private static (float Momentum, float WeightDecay, bool Nesterov) Check(
        float momentum, float weightDecay, bool nesterov)
    {
        Require(momentum, momentum is >= 0 and < 1, nameof(momentum), "in [0, 1)");
        Require(weightDecay, weightDecay >= 0, nameof(weightDecay), "at least 0 and finite");
        return nesterov && momentum == 0
            ? throw new ArgumentException("nesterov needs a momentum", nameof(nesterov))
            : (momentum, weightDecay, nesterov);
    }
}
