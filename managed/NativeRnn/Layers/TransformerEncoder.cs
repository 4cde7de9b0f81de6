namespace NativeRnn.Layers;

/// <summary>
/// A stack of <see cref="TransformerEncoderLayer"/>, with PyTorch's names: layers.0, layers.1, and
/// norm for the last normalisation.
/// </summary>
public sealed class TransformerEncoder : Module
{
    private readonly TransformerEncoderLayer[] _layers;
    private readonly LayerNormalization? _norm;

    /// <summary>A stack of layers.</summary>
    /// <param name="layers">At least one, of one size.</param>
    /// <param name="norm">Applied to the output; a stack that normalises first wants one.</param>
    public TransformerEncoder(
        IEnumerable<TransformerEncoderLayer> layers, LayerNormalization? norm = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        _layers = [.. layers];
        if (_layers.Length == 0 || _layers.Any(layer => layer.EmbedDim != _layers[0].EmbedDim))
        {
            throw new ArgumentException(
                $"there are layers of the sizes " +
                $"{Sizes.Text([.. _layers.Select(layer => layer.EmbedDim)])}; there must be one or " +
                "more of one size", nameof(layers));
        }

        Register("layers", new ModuleList(_layers));
        if (norm is not null)
        {
            _norm = Register("norm", norm);
        }
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<TransformerEncoderLayer> Layers => _layers;

    /// <summary>Applied to the output; null: nothing.</summary>
    internal LayerNormalization? Norm => _norm;

    /// <summary>Runs all layers; each step attends to all.</summary>
    /// <param name="input">[B,T,E].</param>
    /// <returns>[B,T,E].</returns>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <inheritdoc/>
    /// <remarks>No step attends to one that does not count.</remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(Forward(input, null, AttentionMask.Of(mask, input)), mask);
    }

    /// <summary>Runs all layers with masks.</summary>
    /// <param name="input">[B,T,E].</param>
    /// <param name="lengths">int32 [B]: the valid steps of each row, 0 to T; null: all.</param>
    /// <param name="mask">See <see cref="AttentionMask"/>; null: all is allowed.</param>
    /// <param name="causal">Whether step t attends to steps up to t only.</param>
    /// <returns>[B,T,E]; steps behind a row's length hold numbers without a meaning.</returns>
    public Tensor Forward(
        Tensor input, Tensor? lengths, Tensor? mask = null, bool causal = false)
    {
        Tensor output = input;
        foreach (TransformerEncoderLayer layer in _layers)
        {
            output = layer.Forward(output, lengths, mask, causal);
        }

        return _norm is null ? output : _norm.Forward(output);
    }

    // Gives the layers their names.
    private sealed class ModuleList : Module
    {
        internal ModuleList(IReadOnlyList<Module> modules)
        {
            for (int index = 0; index < modules.Count; index++)
            {
                Register($"{index}", modules[index]);
            }
        }
    }
}
