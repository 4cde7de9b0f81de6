namespace NativeRnn.Layers;

/// <summary>
/// In training sets all numbers of a step to zero with a probability and divides the others by what is left of
/// 1; in evaluation does nothing. After an <see cref="Embedding"/> it is word dropout (Iyyer 2015): a model that
/// does not see every word can't learn sentences by heart. The masks follow from the seed and from how often
/// the layer has run.
/// </summary>
public sealed class StepDropout : Module
{
    private readonly Dropout _steps;

    /// <summary>A dropout layer.</summary>
    /// <param name="rate">The probability, in [0, 1).</param>
    /// <param name="seed">Of the masks; null: the next of <see cref="RandomSeed"/>.</param>
    public StepDropout(float rate, long? seed = null) => _steps = Register("steps", new Dropout(rate, seed));

    /// <summary>The probability that a step is dropped.</summary>
    public float Rate => _steps.Rate;

    /// <summary>Drops steps, in training only.</summary>
    /// <param name="input">[B,T,C].</param>
    /// <returns>The same shape; in evaluation the input itself.</returns>
    public override Tensor Forward(Tensor input)
    {
        PoolingLayer.RequireSequence(input);
        if (!Training || Rate == 0)
        {
            return input;
        }

        Tensor kept = _steps.Forward(Tensor.Full([input.Shape[0], input.Shape[1], 1], 1, input.Device));
        return input * kept.BroadcastTo(input.Shape);
    }
}
