namespace NativeRnn.Layers;

/// <summary>What weights must fulfil: an optimiser's step applies it after the change, as in Keras.</summary>
public abstract class Constraint
{
    /// <summary>Changes the weights to the nearest that fulfil it.</summary>
    /// <param name="weights">A parameter, or a named part of one, of its shape: write to it.</param>
    public abstract void Apply(Tensor weights);
}
