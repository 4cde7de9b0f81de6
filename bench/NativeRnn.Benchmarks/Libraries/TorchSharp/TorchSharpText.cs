using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>The language model in TorchSharp, trained as its users do it.</summary>
internal sealed class TorchSharpText : TextContestant
{
    private readonly Shape _shape;
    private readonly TorchSharpModel _model;
    private readonly Parameter[] _parameters;
    private readonly CrossEntropyLoss _loss = nn.CrossEntropyLoss();
    private readonly Adam _optimizer;
    private TorchSharpState _state;

    public TorchSharpText(
        Case one, CharacterBatches text, IReadOnlyDictionary<string, float[]> weights)
        : base(one, text)
    {
        Shape shape = _shape = one.Shape;
        _model = new TorchSharpModel(shape, CharacterBatches.Vocabulary);
        TorchSharpWeights.Set(_model, weights);
        _parameters = [.. _model.parameters()];
        _optimizer = optim.Adam(_parameters, TextModel.LearningRate);
        _state = TorchSharpState.Zeros(shape);
    }

    public override Library Library => Library.TorchSharp;

    public override void Dispose()
    {
        _state.Drop();
        _optimizer.Dispose();
        _loss.Dispose();
        _model.Dispose();
    }

    protected override float Step(int[] inputs, int[] targets)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor logits, TorchSharpState next) = _model.call(Indices(inputs), _state);
        Tensor loss = _loss.call(logits.flatten(0, 1), Indices(targets).flatten());
        _optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(_parameters, TextModel.ClipNorm);
        _optimizer.step();
        _state.Drop();
        _state = next.Detach().Keep();
        return loss.item<float>();
    }

    private Tensor Indices(int[] values) => tensor(
        Array.ConvertAll(values, value => (long)value), [_shape.Steps, _shape.Batch]);
}
