using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Adagrad (Duchi 2011): with g the gradient plus weightDecay p, s += g^2 and
/// p -= learningRate g / (sqrt(s) + epsilon), as PyTorch. Keras starts s at 0.1: see initialSum.
/// </summary>
public sealed class Adagrad : Optimizer
{
    private Tensor[] _sum = [];

    /// <summary>Adagrad for a model that is compiled with it.</summary>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="epsilon">Above 0.</param>
    /// <param name="initialSum">What s starts from, at least 0.</param>
    /// <param name="weightDecay">At least 0.</param>
    public Adagrad(
        float learningRate = 1e-2f,
        float epsilon = 1e-10f,
        float initialSum = 0,
        float weightDecay = 0)
        : base(learningRate)
    {
        Epsilon = Require(epsilon, epsilon > 0, nameof(epsilon), "above 0 and finite");
        InitialSum = Require(
            initialSum, initialSum >= 0, nameof(initialSum), "at least 0 and finite");
        WeightDecay = Require(
            weightDecay, weightDecay >= 0, nameof(weightDecay), "at least 0 and finite");
    }

    /// <summary>Adagrad for some parameters.</summary>
    /// <param name="parameters">What it changes; at least one, none twice.</param>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="epsilon">Above 0.</param>
    /// <param name="initialSum">What s starts from, at least 0.</param>
    /// <param name="weightDecay">At least 0.</param>
    public Adagrad(
        IEnumerable<Parameter> parameters,
        float learningRate = 1e-2f,
        float epsilon = 1e-10f,
        float initialSum = 0,
        float weightDecay = 0)
        : this(learningRate, epsilon, initialSum, weightDecay) => Bind(parameters);

    /// <summary>Added to the root of the sum of squares.</summary>
    public float Epsilon { get; }

    /// <summary>What the sums of squares start from.</summary>
    public float InitialSum { get; }

    /// <summary>Pulls parameters towards zero.</summary>
    public float WeightDecay { get; }

    private protected override void MakeMoments(Parameter[] parameters)
    {
        _sum = ZerosLike(parameters);
        Array.ForEach(_sum, sum => sum.Fill(InitialSum));
    }

    private protected override IEnumerable<(string Kind, Tensor[] Tensors)> Moments() =>
        [("sum", _sum)];

    private protected override void StepAll(long step) => Ops.AdagradStep(new AdagradCall
    {
        LearningRate = LearningRate,
        Epsilon = Epsilon,
        WeightDecay = WeightDecay,
        ClipValue = ClipValue,
        Parameters = Values,
        Gradients = Gradients,
        Sums = _sum,
    });
}
