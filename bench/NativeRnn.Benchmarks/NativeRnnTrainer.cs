using NativeRnn;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace Benchmarks;

/// <summary>The model in NativeRnn.</summary>
internal sealed class NativeRnnTrainer : ITrainer
{
    private readonly Device _device;
    private readonly LanguageModel _model;
    private readonly CrossEntropyLoss _loss = new();
    private readonly Adam _optimizer;
    private readonly Tensor _inputs;
    private readonly Tensor _targets;
    private RecurrentState _state;

    public NativeRnnTrainer(Setup setup)
    {
        _device = Device.Cpu(setup.Threads);
        _model = new LanguageModel(
            new LanguageModelOptions
            {
                Cell = setup.Cell == Cell.Lstm ? RnnCell.Lstm : RnnCell.Gru,
                Vocabulary = setup.Vocabulary,
                Embedding = setup.Embedding,
                Hidden = setup.Hidden,
                Layers = setup.Layers,
                Dropout = 0,
            },
            _device);
        _optimizer = new Adam(_model.Parameters(), Setup.LearningRate);
        int[] zeros = new int[setup.CharactersPerStep];
        _inputs = Tensor.From(zeros, [setup.Sequence, setup.Batch], _device);
        _targets = Tensor.From(zeros, [setup.Sequence, setup.Batch], _device);
        _state = _model.ZeroState(setup.Batch);
    }

    public string Name => "NativeRnn";

    public Dictionary<string, float[]> Weights() => NativeRnnWeights.Get(_model);

    public void Load(IReadOnlyDictionary<string, float[]> weights) =>
        NativeRnnWeights.Set(_model, weights);

    public float Step(int[] inputs, int[] targets)
    {
        _inputs.Write(inputs);
        _targets.Write(targets);
        using GradientTape tape = _device.Record();
        (Tensor logits, RecurrentState next) = _model.Forward(_inputs, _state);
        Tensor loss = _loss.Evaluate(logits, _targets);
        tape.Backward(loss);
        _optimizer.ClipGradientNorm(Setup.ClipNorm);
        _optimizer.Step();
        Carry(next);
        return loss.Item();
    }

    public void Dispose() => _device.Dispose();

    // What a tape has made ends with the tape; a clone stays.
    private void Carry(RecurrentState next)
    {
        _state.Hidden.Dispose();
        _state.Cell?.Dispose();
        _state = new RecurrentState(next.Hidden.Clone(), next.Cell?.Clone());
    }
}
