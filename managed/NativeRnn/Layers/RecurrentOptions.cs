namespace NativeRnn.Layers;

/// <summary>
/// What recurrent layers do beyond sizes and directions. Every property has a default that changes
/// nothing; <c>new RecurrentOptions { … }</c> sets what a model needs.
/// </summary>
public sealed partial record RecurrentOptions
{
    /// <summary>
    /// A value of <see cref="CheckpointSteps"/>: parts as long as the square root of the sequence,
    /// rounded up.
    /// </summary>
    public const int SquareRootSteps = 0;

    internal static RecurrentOptions Default { get; } = new();

    /// <summary>
    /// How a bidirectional layer's outputs become one. Of stacked layers, the last one's: between
    /// layers they lie side by side.
    /// </summary>
    public MergeMode MergeMode { get; init; } = MergeMode.Concat;

    /// <summary>
    /// Runs from the last valid step to the first; the outputs come in that, reversed, order.
    /// </summary>
    public bool GoBackwards { get; init; }

    /// <summary>
    /// Keeps the state after each <c>Forward(input)</c> in <see cref="RecurrentLayer.LastState"/>.
    /// </summary>
    public bool ReturnState { get; init; }

    /// <summary>
    /// Starts a batch where the one before ended, cut off from its gradients. A batch of another
    /// size starts anew; <see cref="Module.ResetStates"/> makes any do so.
    /// </summary>
    public bool Stateful { get; init; }

    /// <summary>
    /// Learns the state to start from, one for all rows: parameters <c>h0</c> and, of an LSTM,
    /// <c>c0</c>, [L D,1,H], zeros at first. A state that is given or carried comes before it. A
    /// stream of packed weights starts from zeros: give it this state.
    /// </summary>
    public bool LearnedInitialState { get; init; }

    /// <summary>Of the input's weights; null: Glorot's uniform in Keras' style, else PyTorch's.
    /// </summary>
    public Initializer? KernelInitializer { get; init; }

    /// <summary>Of the recurrent weights; null: orthogonal in Keras' style, else PyTorch's.</summary>
    public Initializer? RecurrentInitializer { get; init; }

    /// <summary>Of the biases; null: zeros in Keras' style, else PyTorch's.</summary>
    public Initializer? BiasInitializer { get; init; }

    /// <summary>
    /// Whether the bias of an LSTM's forget gate starts as 1 (Jozefowicz 2015); null: in Keras'
    /// style.
    /// </summary>
    public bool? UnitForgetBias { get; init; }

    /// <summary>
    /// Steps of a part in checkpointed back-propagation (Chen 2016): only the states between parts
    /// are kept for the backward pass, which runs each part again. <see cref="SquareRootSteps"/>
    /// makes what is kept smallest; null: everything is kept. Results are the same, except that
    /// dropout between layers and zoneout draw other masks. Those two don't go together with masks
    /// that are the same at all steps (<see cref="Dropout"/>, <see cref="RecurrentDropout"/>,
    /// <see cref="WeightDropout"/>), and a bidirectional layer takes none of these options.
    /// </summary>
    public int? CheckpointSteps { get; init; }

    /// <summary>Checks what can be checked without sizes.</summary>
    internal void CheckLayer()
    {
        DirectionMerge.Checked(MergeMode, Name(nameof(MergeMode)));
        if (CheckpointSteps < 0)
        {
            throw new ArgumentOutOfRangeException(
                Name(nameof(CheckpointSteps)), CheckpointSteps,
                $"{Name(nameof(CheckpointSteps))} must be at least 0");
        }
    }

    /// <summary>The steps of a part of a sequence, at most all of them.</summary>
    internal int CheckpointStepsOf(int steps) => CheckpointSteps switch
    {
        null => steps,
        SquareRootSteps => (int)Math.Ceiling(Math.Sqrt(steps)),
        int given => Math.Min(given, steps),
    };

    /// <summary>These options, with what a constructor's parameters say switched on.</summary>
    internal static RecurrentOptions With(
        RecurrentOptions? options, bool returnState, bool goBackwards, bool stateful)
    {
        RecurrentOptions given = options ?? Default;
        return returnState || goBackwards || stateful
            ? given with
            {
                ReturnState = given.ReturnState || returnState,
                GoBackwards = given.GoBackwards || goBackwards,
                Stateful = given.Stateful || stateful,
            }
            : given;
    }
}
