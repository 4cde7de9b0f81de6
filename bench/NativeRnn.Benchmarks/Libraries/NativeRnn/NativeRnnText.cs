using NativeRnn;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace Benchmarks;

/// <summary>The language model in NativeRnn.</summary>
internal sealed class NativeRnnText : TextContestant
{
    private readonly Device _device;
    private readonly LanguageModel _model;
    private readonly CrossEntropyLoss _loss = new();
    private readonly Adam _optimizer;
    private readonly Tensor _inputs;
    private readonly Tensor _targets;
    private RecurrentState _state;

    public NativeRnnText(Case one, CharacterBatches text)
        : base(one, text)
    {
        Shape shape = one.Shape;
        _device = Device.Cpu(one.Threads);
        _model = new LanguageModel(
            new LanguageModelOptions
            {
                Cell = (RnnCell)shape.Cell,
                Vocabulary = CharacterBatches.Vocabulary,
                Embedding = shape.Input,
                Hidden = shape.Hidden,
                Layers = shape.Layers,
                Dropout = 0,
            },
            _device);
        _optimizer = new Adam(_model.Parameters(), TextModel.LearningRate);
        _inputs = Tensor.From(new int[text.Length], [shape.Steps, shape.Batch], _device);
        _targets = Tensor.From(new int[text.Length], [shape.Steps, shape.Batch], _device);
        _state = _model.ZeroState(shape.Batch);
    }

    public override Library Library => Library.NativeRnn;

    public Dictionary<string, float[]> Weights() => NativeRnnWeights.Get(_model);

    public override void Dispose() => _device.Dispose();

    protected override float Step(int[] inputs, int[] targets)
    {
        _inputs.Write(inputs);
        _targets.Write(targets);
        using GradientTape tape = _device.Record();
        (Tensor logits, RecurrentState next) = _model.Forward(_inputs, _state);
        Tensor loss = _loss.Evaluate(logits, _targets);
        tape.Backward(loss);
        _optimizer.ClipGradientNorm(TextModel.ClipNorm);
        _optimizer.Step();
        Carry(next);
        return loss.Item();
    }

    // What a tape has made ends with the tape; a clone stays.
    private void Carry(RecurrentState next)
    {
        _state.Hidden.Dispose();
        _state.Cell?.Dispose();
        _state = new RecurrentState(next.Hidden.Clone(), next.Cell?.Clone());
    }
}
