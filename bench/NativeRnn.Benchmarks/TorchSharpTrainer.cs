using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>The model in TorchSharp, trained as its users do it.</summary>
internal sealed class TorchSharpTrainer : ITrainer
{
    private readonly Setup _setup;
    private readonly TorchSharpModel _model;
    private readonly Parameter[] _parameters;
    private readonly CrossEntropyLoss _loss = nn.CrossEntropyLoss();
    private readonly Adam _optimizer;
    private TorchSharpState _state;

    public TorchSharpTrainer(Setup setup)
    {
        _setup = setup;
        set_num_threads(setup.Threads);
        random.manual_seed(1);
        _model = new TorchSharpModel(setup);
        _parameters = [.. _model.parameters()];
        _optimizer = optim.Adam(_parameters, Setup.LearningRate);
        _state = TorchSharpLayers.Zeros(setup);
    }

    public string Name => "TorchSharp";

    public Dictionary<string, float[]> Weights() => TorchSharpWeights.Get(_model);

    public void Load(IReadOnlyDictionary<string, float[]> weights) =>
        TorchSharpWeights.Set(_model, weights);

    public float Step(int[] inputs, int[] targets)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor logits, TorchSharpState next) = _model.call(Indices(inputs), _state);
        Tensor loss = _loss.call(logits.flatten(0, 1), Indices(targets).flatten());
        _optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(_parameters, Setup.ClipNorm);
        _optimizer.step();
        Carry(next);
        return loss.item<float>();
    }

    public void Dispose()
    {
        Drop(_state);
        _optimizer.Dispose();
        _loss.Dispose();
        _model.Dispose();
    }

    private static void Drop(TorchSharpState state)
    {
        state.Hidden.Dispose();
        state.Cell?.Dispose();
    }

    private Tensor Indices(int[] values) => tensor(
        Array.ConvertAll(values, value => (long)value), [_setup.Sequence, _setup.Batch]);

    // Out of the step's scope, and cut off from what made it.
    private void Carry(TorchSharpState next)
    {
        Drop(_state);
        _state = new TorchSharpState(
            next.Hidden.detach().DetachFromDisposeScope(),
            next.Cell?.detach().DetachFromDisposeScope());
    }
}
