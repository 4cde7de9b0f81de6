using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// In training sets each number to zero with a probability and divides the others by what is left
/// of 1 (Srivastava 2014); in evaluation does nothing. The masks follow from the seed and from how
/// often the layer has run.
/// </summary>
public sealed class Dropout : Module
{
    private long _seed;
    private long _calls;

    /// <summary>A dropout layer.</summary>
    /// <param name="rate">The probability, in [0, 1).</param>
    /// <param name="seed">Of the masks; null: the next of <see cref="RandomSeed"/>.</param>
    public Dropout(float rate, long? seed = null)
    {
        Rate = Sizes.RequireRate(rate, nameof(rate));
        _seed = seed ?? RandomSeed.Next();
    }

    /// <summary>The probability that a number is dropped.</summary>
    public float Rate { get; }

    /// <summary>Drops numbers, in training only.</summary>
    /// <param name="input">Any shape.</param>
    /// <returns>The same shape; in evaluation the input itself.</returns>
    public override Tensor Forward(Tensor input)
    {
        Sizes.RequireFloats(input, nameof(input));
        if (!Training || Rate == 0)
        {
            return input;
        }

        long seed = RandomStream.Mix(_seed, ++_calls);
        Tensor y = Tensor.Empty(input.Shape, input.Device);
        Ops.Dropout(input, Rate, seed, 0, y);
        if (GradientTape.For(input) is { } tape)
        {
            Record(tape, input, seed, y);
        }

        return y;
    }

    /// <inheritdoc/>
    protected internal override void SaveTrainingState(TrainingState state)
    {
        base.SaveTrainingState(state);
        state.Set("seed", _seed);
        state.Set("calls", _calls);
    }

    /// <inheritdoc/>
    protected internal override void LoadTrainingState(TrainingState state)
    {
        base.LoadTrainingState(state);
        _seed = state.GetInt64("seed");
        _calls = state.GetInt64("calls");
    }

    private void Record(GradientTape tape, Tensor x, long seed, Tensor y) => tape.Record(y, dy =>
    {
        Tensor dx = Tensor.Empty(x.Shape, x.Device);
        Ops.Dropout(dy, Rate, seed, 0, dx);
        tape.Accumulate(x, dx, fresh: true);
    });
}
