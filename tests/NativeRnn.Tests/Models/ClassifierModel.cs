using NativeRnn.Layers;

namespace NativeRnn.Tests.Models;

/// <summary>The twin of a model of tests/golden/make_pytorch.py: three logits of the last step of tokens [B,T].</summary>
internal sealed class ClassifierModel : Module
{
    private readonly Embedding _embedding;
    private readonly Gru _gru;
    private readonly Linear _fc;

    public ClassifierModel(Device device)
    {
        _embedding = Register("embedding", new Embedding(11, 5, device: device));
        _gru = Register("gru", new Gru(5, 4, 2, batchFirst: true, bidirectional: true, device: device));
        _fc = Register("fc", new Linear(8, 3, device: device));
    }

    public override Tensor Forward(Tensor input) => _fc.Forward(_gru.Forward(_embedding.Forward(input))[.., ^1]);
}
