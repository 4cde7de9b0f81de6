namespace NativeRnn.Interop;

/// <summary>The arguments of <see cref="Ops.AdamStep"/>: <c>nrnn_adam_args</c> with tensors.</summary>
internal readonly ref struct AdamCall
{
    public required float LearningRate { get; init; }
    public required float Beta1 { get; init; }
    public required float Beta2 { get; init; }
    public required float Epsilon { get; init; }
    public float WeightDecay { get; init; }
    public bool Decoupled { get; init; }
    public required long Step { get; init; }
    public required Tensor Parameter { get; init; }
    public required Tensor Gradient { get; init; }
    public required Tensor First { get; init; }
    public required Tensor Second { get; init; }
}

/// <summary>The arguments of <see cref="Ops.SgdStep"/>: <c>nrnn_sgd_args</c> with tensors.</summary>
internal readonly ref struct SgdCall
{
    public required float LearningRate { get; init; }
    public float Momentum { get; init; }
    public float WeightDecay { get; init; }
    public bool Nesterov { get; init; }
    public required Tensor Parameter { get; init; }
    public required Tensor Gradient { get; init; }
    public Tensor? Velocity { get; init; }
}

/// <summary>The arguments of <see cref="Ops.RmspropStep"/>: <c>nrnn_rmsprop_args</c> with tensors.</summary>
internal readonly ref struct RmspropCall
{
    public required float LearningRate { get; init; }
    public required float Alpha { get; init; }
    public required float Epsilon { get; init; }
    public float Momentum { get; init; }
    public float WeightDecay { get; init; }
    public required Tensor Parameter { get; init; }
    public required Tensor Gradient { get; init; }
    public required Tensor Square { get; init; }
    public Tensor? Velocity { get; init; }
}
