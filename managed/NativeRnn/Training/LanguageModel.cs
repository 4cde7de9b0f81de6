using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Predicts the next character of a text: embedding, recurrent layers with dropout between them,
/// dropout, and a linear layer to the logits. Works on [T,B]: T steps of B texts side by side.
/// </summary>
public sealed class LanguageModel : Module
{
    private readonly Embedding _embedding;
    private readonly RecurrentLayer _recurrent;
    private readonly Dropout _dropout;
    private readonly Linear _output;

    /// <summary>A model with random weights.</summary>
    /// <param name="options">The architecture.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LanguageModel(LanguageModelOptions options, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        Options = options;
        Device = device ?? Device.Default;
        _embedding = Register("embedding", new Embedding(
            options.Vocabulary, options.Embedding, seed: SeedOf(0), device: Device));
        _recurrent = Register("rnn", MakeRecurrent());
        _dropout = Register("dropout", new Dropout(options.Dropout, SeedOf(2)));
        _output = Register("output", new Linear(
            options.Hidden, options.Vocabulary, seed: SeedOf(3), device: Device));
    }

    /// <summary>The architecture.</summary>
    public LanguageModelOptions Options { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>Runs from a state of zeros.</summary>
    /// <param name="input">Characters, int32 [T,B].</param>
    /// <returns>Logits of what follows each character, [T,B,V].</returns>
    public override Tensor Forward(Tensor input) => Forward(input, null).Logits;

    /// <summary>Runs from a state.</summary>
    /// <param name="input">Characters, int32 [T,B].</param>
    /// <param name="state">The state before the first step, [L,B,H]; null: zeros.</param>
    /// <returns>Logits of what follows each character, [T,B,V], and the state at the end.</returns>
    public (Tensor Logits, RecurrentState State) Forward(Tensor input, RecurrentState? state)
    {
        RecurrentOutput run = _recurrent.Run(_embedding.Forward(input), state, null);
        return (_output.Forward(_dropout.Forward(run.Output)), run.State);
    }

    /// <summary>A state of zeros in memory of its own.</summary>
    /// <param name="batch">Texts side by side, B.</param>
    /// <returns>h, and for LSTM c, each [L,B,H].</returns>
    public RecurrentState ZeroState(int batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        int[] shape = [Options.Layers, batch, Options.Hidden];
        return new RecurrentState(
            Tensor.NewOwned(shape, Device),
            Options.Cell == RnnCell.Lstm ? Tensor.NewOwned(shape, Device) : null);
    }

    /// <summary>A copy of the weights as they are now, for reading character by character.</summary>
    internal PackedLanguageModel Pack(WeightStorage storage) => new(
        _embedding.Weight.Value, _recurrent.Pack(storage), _output.Weight!.Value, _output.Bias!.Value);

    private RecurrentLayer MakeRecurrent()
    {
        (int input, int hidden, int layers) = (Options.Embedding, Options.Hidden, Options.Layers);
        (float dropout, long seed) = (Options.Dropout, SeedOf(1));
        return Options.Cell switch
        {
            RnnCell.Lstm => new Lstm(
                input, hidden, layers, dropout: dropout, seed: seed, device: Device),
            RnnCell.Gru => new Gru(
                input, hidden, layers, dropout: dropout, seed: seed, device: Device),
            RnnCell.RnnRelu => new SimpleRnn(
                input, hidden, layers, Activation.Relu, dropout: dropout, seed: seed, device: Device),
            _ => new SimpleRnn(
                input, hidden, layers, dropout: dropout, seed: seed, device: Device),
        };
    }

    private long SeedOf(int part) => RandomStream.Mix(Options.Seed, part);
}
