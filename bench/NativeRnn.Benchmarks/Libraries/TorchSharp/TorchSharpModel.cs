using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>The language model's layers in TorchSharp.</summary>
internal sealed class TorchSharpModel
    : nn.Module<Tensor, TorchSharpState, (Tensor Logits, TorchSharpState State)>
{
    private readonly Embedding _embedding;
    private readonly TorchSharpLayers _recurrent;
    private readonly Linear _output;

    public TorchSharpModel(Shape shape, int vocabulary)
        : base(nameof(TorchSharpModel))
    {
        _embedding = nn.Embedding(vocabulary, shape.Input);
        _recurrent = new TorchSharpLayers(shape);
        _output = nn.Linear(shape.Hidden, vocabulary);
        register_module("embedding", _embedding);
        register_module("rnn", _recurrent.Module);
        register_module("output", _output);
    }

    public override (Tensor Logits, TorchSharpState State) forward(
        Tensor input, TorchSharpState state)
    {
        (Tensor output, TorchSharpState next) = _recurrent.Run(_embedding.call(input), state);
        return (_output.call(output), next);
    }
}
