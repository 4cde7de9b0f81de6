using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Lion (Chen 2023): p -= learningRate (sign(beta1 m + (1 - beta1) g) + weightDecay p), then
/// m = beta2 m + (1 - beta2) g. Each step has one size, so that the learning rate is 3 to 10 times
/// smaller than Adam's, and the weight decay as many times larger.
/// </summary>
public sealed class Lion : Optimizer
{
    private Tensor[] _first = [];

    /// <summary>Lion for a model that is compiled with it.</summary>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="beta1">How much of m is in the step, in [0, 1).</param>
    /// <param name="beta2">How much of m stays, in [0, 1).</param>
    /// <param name="weightDecay">At least 0; acts on the parameter itself, as in <see cref="AdamW"/>.</param>
    public Lion(
        float learningRate = 1e-4f, float beta1 = 0.9f, float beta2 = 0.99f, float weightDecay = 0)
        : base(learningRate)
    {
        Beta1 = Require(beta1, beta1 is >= 0 and < 1, nameof(beta1), "in [0, 1)");
        Beta2 = Require(beta2, beta2 is >= 0 and < 1, nameof(beta2), "in [0, 1)");
        WeightDecay = Require(
            weightDecay, weightDecay >= 0, nameof(weightDecay), "at least 0 and finite");
    }

    /// <summary>Lion for some parameters.</summary>
    /// <param name="parameters">What it changes; at least one, none twice.</param>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="beta1">How much of m is in the step, in [0, 1).</param>
    /// <param name="beta2">How much of m stays, in [0, 1).</param>
    /// <param name="weightDecay">At least 0; acts on the parameter itself, as in <see cref="AdamW"/>.</param>
    public Lion(
        IEnumerable<Parameter> parameters,
        float learningRate = 1e-4f,
        float beta1 = 0.9f,
        float beta2 = 0.99f,
        float weightDecay = 0)
        : this(learningRate, beta1, beta2, weightDecay) => Bind(parameters);

    /// <summary>How much of the mean of gradients is in the step.</summary>
    public float Beta1 { get; }

    /// <summary>How much of the mean of gradients stays.</summary>
    public float Beta2 { get; }

    /// <summary>Pulls parameters towards zero.</summary>
    public float WeightDecay { get; }

    private protected override void MakeMoments(Parameter[] parameters) =>
        _first = ZerosLike(parameters);

    private protected override IEnumerable<(string Kind, Tensor[] Tensors)> Moments() =>
        [("first", _first)];

    private protected override void StepAll(long step) => Ops.LionStep(new LionCall
    {
        LearningRate = LearningRate,
        Beta1 = MomentumOr(Beta1),
        Beta2 = Beta2,
        WeightDecay = WeightDecay,
        ClipValue = ClipValue,
        Parameters = Values,
        Gradients = Gradients,
        First = _first,
    });
}
