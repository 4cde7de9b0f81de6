using System.Numerics.Tensors;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// A copy of a language model's weights, in the order in which a single character needs them. Nothing
/// changes it: any number of <see cref="CharacterStepper"/>s on any threads read from it at once.
/// </summary>
internal sealed class PackedLanguageModel : IDisposable
{
    private readonly float[] _embedding;
    private readonly float[] _output;
    private readonly float[] _bias;
    private readonly RnnWeights _recurrent;

    /// <param name="embedding">[V,E].</param>
    /// <param name="recurrent">From E to H; disposed with this.</param>
    /// <param name="output">[V,H].</param>
    /// <param name="bias">[V].</param>
    internal PackedLanguageModel(Tensor embedding, RnnWeights recurrent, Tensor output, Tensor bias)
    {
        (_embedding, _output, _bias) = (embedding.ToArray(), output.ToArray(), bias.ToArray());
        _recurrent = recurrent;
    }

    /// <summary>Distinct characters, V.</summary>
    internal int Vocabulary => _bias.Length;

    /// <summary>Units of a layer, H.</summary>
    internal int Hidden => _recurrent.HiddenSize;

    public void Dispose() => _recurrent.Dispose();

    internal RnnStream OpenStream() => _recurrent.OpenStream();

    internal ReadOnlySpan<float> EmbeddingOf(int character)
    {
        int length = _recurrent.InputSize;
        return _embedding.AsSpan(character * length, length);
    }

    /// <summary>The scores of what comes next: W h + b.</summary>
    internal void Logits(ReadOnlySpan<float> h, Span<float> logits)
    {
        for (int character = 0; character < logits.Length; character++)
        {
            logits[character] = _bias[character]
                + TensorPrimitives.Dot(h, _output.AsSpan(character * h.Length, h.Length));
        }
    }
}
