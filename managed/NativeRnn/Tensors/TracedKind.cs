namespace NativeRnn;

/// <summary>What an operation of a trace is, and what its details hold.</summary>
internal enum TracedKind
{
    /// <summary>Not to be had in a graph; details: why, as the rest of a sentence.</summary>
    Unsupported,

    /// <summary>The input itself: Detach, Clone.</summary>
    Same,

    /// <summary>Details: <see cref="Interop.NrnnBinaryOp"/>.</summary>
    Binary,

    /// <summary>Details: <see cref="Interop.NrnnUnaryOp"/>.</summary>
    Unary,

    /// <summary>scale x + shift; details: (float Scale, float Shift).</summary>
    Affine,

    /// <summary>Details: (int Axis, bool Logarithm).</summary>
    Softmax,

    /// <summary>Inputs: condition, a, b; broadcast.</summary>
    Where,

    /// <summary>Inputs a, b; broadcast over all but the last two axes.</summary>
    MatMul,

    /// <summary>Details: <see cref="TracedReduction"/>.</summary>
    Sum,

    /// <inheritdoc cref="Sum"/>
    Mean,

    /// <inheritdoc cref="Sum"/>
    Max,

    /// <summary>Details: int axis.</summary>
    ArgMax,

    /// <summary>To the output's shape.</summary>
    Reshape,

    /// <summary>Details: int[] axes.</summary>
    Permute,

    /// <summary>To the output's shape.</summary>
    Broadcast,

    /// <summary>Details: int axis.</summary>
    Concat,

    /// <summary>Details: <see cref="TracedSlice"/>.</summary>
    Slice,

    /// <summary>Inputs: x, indices; details: int axis.</summary>
    Gather,

    /// <summary>Inputs: x, weight [O,I], bias or null.</summary>
    Linear,

    /// <summary>Inputs: table, indices.</summary>
    Embedding,

    /// <summary>Inputs: x, weight or null, bias or null; details: float epsilon.</summary>
    LayerNorm,

    /// <summary>
    /// A stack of recurrent layers. Inputs: x, weights, h0, c0, lengths, the last three may be null; outputs: y, hn and
    /// of an LSTM cn; details: what the layer was made with.
    /// </summary>
    Recurrent,

    /// <summary>Reversed in time. Inputs: x, lengths or null; details: bool, whether x is [B,T,..].</summary>
    Reverse,

    /// <summary>
    /// 1 at the steps whose numbers are not all one value, else 0: [B,T]. Input: [B,T,..]; details: float, the value.
    /// </summary>
    StepMask,

    /// <summary>How many steps of each row count, int32 [B]. Input: 1 and 0, [B,T].</summary>
    StepCounts,

    /// <summary>
    /// The steps that count put in front, or back. Inputs: x, 1 and 0 of its steps [B,T]; details: which order.
    /// </summary>
    Order,

    /// <summary>1 before each row's length, else 0: [B,T]. Input: lengths.</summary>
    LengthMask,

    /// <summary>1 on and below the diagonal, else 0: [1,T,T].</summary>
    CausalMask,

    /// <summary>The mean over the valid steps. Inputs: x [B,T,C], valid [B,T].</summary>
    MaskedMean,

    /// <summary>Inputs: x [B,T,C], weight, bias or null; details: the window and the groups.</summary>
    Convolution,

    /// <summary>Input: [B,T,C]; details: the window.</summary>
    MaxPool,

    /// <inheritdoc cref="MaxPool"/>
    AveragePool,

    /// <summary>A first token and all steps of [B,T] but the last; details: int, the token.</summary>
    Delay,
}
