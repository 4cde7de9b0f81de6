namespace NativeRnn.Layers;

/// <summary>
/// From sequence to sequence (Sutskever 2014) with attention after Luong 2015: an encoder reads the
/// source, a decoder that starts from its last state writes the target token by token. With h of
/// the decoder and the context c that attention finds with it, the logits are
/// W_o tanh(W_c [h; c]), without attention W_o h. A decoder's step depends on the tokens before it
/// only, so that with teacher forcing all steps run in one call.
/// </summary>
/// <remarks>
/// The weights are named source_embedding, encoder, target_embedding, decoder, attention, combine
/// and output. Targets are the tokens to write, the end token included; the decoder gets the start
/// token and them, one step later. As the only layer of a <c>Sequential</c> the model is trained by
/// <c>Fit</c>, with teacher forcing: inputs are sources, and negative targets, after the end of shorter
/// sequences, don't count and cost no product with the output's weights.
/// </remarks>
/// <example>
/// <code>
/// Sequential trainer = new(model);
/// trainer.Compile(new CrossEntropyLoss(labelSmoothing: 0.1f), new Adam());
/// trainer.Fit(Dataset.FromSamples(samples).Pad(target: -1).BucketByLength(10, 20).Batch(64), epochs: 10);
/// </code>
/// or, in a loop of one's own:
/// <code>
/// var model = new Seq2Seq(new Seq2SeqOptions
/// {
///     SourceVocabulary = 10, TargetVocabulary = 12, StartToken = 10, EndToken = 11,
/// });
/// using (GradientTape tape = device.Record())
/// {
///     Tensor logits = model.Forward(source, target, teacherForcing: 0.8f);
///     tape.Backward(loss.Evaluate(logits, target));
/// }
/// optimizer.Step();
/// int[] written = model.BeamSearch(source)[0][0].Tokens;
/// </code>
/// </example>
public sealed partial class Seq2Seq : Module
{
    private readonly Embedding _sourceEmbedding;
    private readonly RecurrentLayer _encoder;
    private readonly Embedding _targetEmbedding;
    private readonly RecurrentLayer _decoder;
    private readonly SequenceAttention? _attention;
    private readonly Linear? _combine;
    private readonly Module _output;
    private readonly Dropout _dropout;
    private long _seed;
    private long _calls;

    /// <summary>A model.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    public Seq2Seq(Seq2SeqOptions options, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options.Checked();
        _seed = options.Seed ?? RandomSeed.Next();
        int hidden = options.HiddenSize;
        _sourceEmbedding = Register("source_embedding", new Embedding(
            options.SourceVocabulary, options.EmbeddingSize, seed: Seed(0), device: device));
        _encoder = Register("encoder", Recurrence(
            options.Bidirectional ? hidden / 2 : hidden, options.Bidirectional, Seed(1), device));
        _targetEmbedding = Register("target_embedding", new Embedding(
            options.TargetVocabulary, options.EmbeddingSize, seed: Seed(2), device: device,
            initializer: options.TiedOutput ? TiedVectors(options.EmbeddingSize) : null));
        _decoder = Register("decoder", Recurrence(hidden, false, Seed(3), device));
        if (options.Attention != Seq2SeqAttention.None)
        {
            _attention = Register("attention", Attention(hidden, Seed(4), device));
            _combine = Register("combine", new Linear(
                2 * hidden, options.OutputInput, bias: false, Seed(5), device));
        }

        _output = Register<Module>("output", options.TiedOutput
            ? new TiedLinear(_targetEmbedding)
            : new Linear(options.OutputInput, options.TargetVocabulary, seed: Seed(6), device: device));
        _dropout = Register("dropout", new Dropout(options.Dropout, Seed(7)));
    }

    /// <summary>What the model is made of.</summary>
    public Seq2SeqOptions Options { get; }

    /// <summary>Computes the logits of a target, for training.</summary>
    /// <param name="source">int32 [B,S].</param>
    /// <param name="target">int32 [B,T]: the tokens to write, the end token included.</param>
    /// <param name="sourceLengths">int32 [B]: valid tokens of each source, 1 to S; null: all.</param>
    /// <param name="teacherForcing">
    /// The probability that a step gets the target's token before it, else the model's own
    /// (scheduled sampling, Bengio 2015); in [0, 1]. 1 runs all steps in one call, less runs them one
    /// by one. No gradient flows through the choice of a token.
    /// </param>
    /// <returns>[B,T,V].</returns>
    public Tensor Forward(
        Tensor source, Tensor target, Tensor? sourceLengths = null, float teacherForcing = 1)
    {
        RequireTokens(source, nameof(source));
        RequireTokens(target, nameof(target));
        if (target.Shape[0] != source.Shape[0])
        {
            throw new ArgumentException(
                $"target has {target.Shape[0]} rows, source has {source.Shape[0]}", nameof(target));
        }

        if (!(teacherForcing >= 0 && teacherForcing <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(teacherForcing), teacherForcing, "teacherForcing must be in [0, 1]");
        }

        Seq2SeqMemory memory = Encode(source, sourceLengths);
        return teacherForcing == 1
            ? Decode(Delayed(target), memory, memory.State).Logits
            : Scheduled(target.ToInt32Array(), target.Shape[1], memory, teacherForcing);
    }

    /// <inheritdoc/>
    protected internal override void SaveTrainingState(TrainingState state)
    {
        base.SaveTrainingState(state);
        state.Set("seed", _seed);
        state.Set("calls", _calls);
    }

    /// <inheritdoc/>
    protected internal override void LoadTrainingState(TrainingState state)
    {
        base.LoadTrainingState(state);
        _seed = state.GetInt64("seed");
        _calls = state.GetInt64("calls");
    }

    internal Seq2SeqMemory Encode(Tensor source, Tensor? lengths)
    {
        // Checked here: the layer allows a length of 0.
        Tensor? mask = lengths is null
            ? null
            : LengthMask.Of(lengths, source.Shape[0], source.Shape[1], least: 1)
                .Reshape(source.Shape[0], 1, source.Shape[1]);
        Tensor embedded = _dropout.Forward(_sourceEmbedding.Forward(source));
        RecurrentOutput run = _encoder.Run(embedded, null, lengths);
        RecurrentState state = Options.Bidirectional
            ? new RecurrentState(
                JoinDirections(run.State.Hidden),
                run.State.Cell is Tensor cell ? JoinDirections(cell) : null)
            : run.State;
        return _attention is null
            ? new Seq2SeqMemory(state, null, null, null)
            : new Seq2SeqMemory(state, run.Output, _attention.ProjectKeys(run.Output), mask);
    }

    /// <summary>Runs the decoder over tokens [B,T] that it gets.</summary>
    internal Seq2SeqStep Decode(Tensor tokens, Seq2SeqMemory memory, RecurrentState state)
    {
        Tensor embedded = _dropout.Forward(_targetEmbedding.Forward(tokens));
        RecurrentOutput run = _decoder.Run(embedded, state, null);
        if (_attention is null)
        {
            return new Seq2SeqStep(_output.Forward(run.Output), run.State, null);
        }

        AttentionOutput context = _attention.Attend(
            run.Output, memory.Keys!, memory.Values!, memory.Mask);
        Tensor both = Tensor.Concat([run.Output, context.Output], axis: -1);
        return new Seq2SeqStep(Logits(both), run.State, context.Weights);
    }

    // Of hidden units and contexts behind each other.
    private Tensor Logits(Tensor both) =>
        _output.Forward(_dropout.Forward(_combine!.Forward(both).Tanh()));

    private static int Likeliest(ReadOnlySpan<float> scores)
    {
        int likeliest = 0;
        for (int token = 1; token < scores.Length; token++)
        {
            if (scores[token] > scores[likeliest])
            {
                likeliest = token;
            }
        }

        return likeliest;
    }

    // [L 2,B,H/2] as [L,B,H].
    private Tensor JoinDirections(Tensor state) => state
        .Reshape(Options.NumLayers, 2, state.Shape[1], state.Shape[2])
        .Permute(0, 2, 1, 3)
        .Reshape(Options.NumLayers, state.Shape[1], Options.HiddenSize);

    private RecurrentLayer Recurrence(int hidden, bool bidirectional, long seed, Device? device) =>
        Options.Cell == RnnCell.Lstm
            ? new Lstm(
                Options.EmbeddingSize, hidden, Options.NumLayers, batchFirst: true,
                dropout: Options.Dropout, bidirectional: bidirectional, seed: seed, device: device)
            : new Gru(
                Options.EmbeddingSize, hidden, Options.NumLayers, batchFirst: true,
                dropout: Options.Dropout, bidirectional: bidirectional, seed: seed, device: device);

    private SequenceAttention Attention(int hidden, long seed, Device? device) =>
        Options.Attention switch
        {
            Seq2SeqAttention.Additive => new AdditiveAttention(hidden, hidden, hidden, seed, device),
            Seq2SeqAttention.Dot => new LuongAttention(
                LuongScore.Dot, hidden, seed: seed, device: device),
            Seq2SeqAttention.General => new LuongAttention(
                LuongScore.General, hidden, seed: seed, device: device),
            _ => new LuongAttention(LuongScore.Concat, hidden, seed: seed, device: device),
        };

    private long Seed(int use) => RandomStream.Mix(_seed, use);

    // Logits start with a deviation of about 1.
    private static Initializer TiedVectors(int size) => Initializer.RandomNormal(0, 1 / MathF.Sqrt(size));

    private static void RequireTokens(Tensor tokens, string name)
    {
        Sizes.RequireIndices(tokens, name);
        if (tokens.Rank != 2 || tokens.Length == 0)
        {
            throw new ArgumentException(
                $"{name} must be [B,T] and not empty, it is {Sizes.Text(tokens.Shape)}", name);
        }
    }
}
