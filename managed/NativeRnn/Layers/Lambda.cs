namespace NativeRnn.Layers;

/// <summary>A function of tensors as a layer, without weights of its own.</summary>
/// <example>
/// <code>
/// new Sequential(new Lstm(32, returnSequences: true), new Lambda(x => x.Mean(axis: 1)), new Dense(3));
/// </code>
/// </example>
public sealed class Lambda : Module
{
    private readonly Func<Tensor, Tensor> _function;

    /// <summary>A layer.</summary>
    /// <param name="function">
    /// Of tensor operations, through which gradients flow; for others see
    /// <see cref="GradientTape.Operation(string, Tensor, Func{Tensor, Tensor}, Func{Tensor, Tensor, Tensor, Tensor})"/>.
    /// </param>
    public Lambda(Func<Tensor, Tensor> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _function = function;
    }

    /// <summary>Calls the function.</summary>
    /// <param name="input">As the function wants it.</param>
    /// <returns>What the function returns.</returns>
    /// <exception cref="InvalidOperationException">The function returned null.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return _function(input)
            ?? throw new InvalidOperationException("the function of a Lambda returned null");
    }

    /// <inheritdoc/>
    /// <remarks>The mask does not go on: nobody knows what the function does with time.</remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask) =>
        new(Forward(input), null);
}
