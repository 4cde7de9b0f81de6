namespace NativeRnn.Interop;

/// <summary>The arguments of <see cref="Ops.AdamStep"/>: <c>nrnn_adam_args</c> with tensors.</summary>
internal readonly ref struct AdamCall
{
    public required float LearningRate { get; init; }
    public required float Beta1 { get; init; }
    public required float Beta2 { get; init; }
    public required float Epsilon { get; init; }
    public required float WeightDecay { get; init; }
    public required float ClipValue { get; init; }
    public required bool Decoupled { get; init; }
    public required long Step { get; init; }
    public required ReadOnlySpan<Tensor> Parameters { get; init; }
    public required ReadOnlySpan<Tensor> Gradients { get; init; }
    public required ReadOnlySpan<Tensor> First { get; init; }
    public required ReadOnlySpan<Tensor> Second { get; init; }
}

/// <summary>
/// The arguments of <see cref="Ops.SgdStep"/>: <c>nrnn_sgd_args</c> with tensors; no velocities without momentum.
/// </summary>
internal readonly ref struct SgdCall
{
    public required float LearningRate { get; init; }
    public required float Momentum { get; init; }
    public required float WeightDecay { get; init; }
    public required float ClipValue { get; init; }
    public required bool Nesterov { get; init; }
    public required ReadOnlySpan<Tensor> Parameters { get; init; }
    public required ReadOnlySpan<Tensor> Gradients { get; init; }
    public required ReadOnlySpan<Tensor> Velocities { get; init; }
}

/// <summary>
/// The arguments of <see cref="Ops.RmspropStep"/>: <c>nrnn_rmsprop_args</c> with tensors; no velocities without
/// momentum.
/// </summary>
internal readonly ref struct RmspropCall
{
    public required float LearningRate { get; init; }
    public required float Alpha { get; init; }
    public required float Epsilon { get; init; }
    public required float Momentum { get; init; }
    public required float WeightDecay { get; init; }
    public required float ClipValue { get; init; }
    public required ReadOnlySpan<Tensor> Parameters { get; init; }
    public required ReadOnlySpan<Tensor> Gradients { get; init; }
    public required ReadOnlySpan<Tensor> Squares { get; init; }
    public required ReadOnlySpan<Tensor> Velocities { get; init; }
}

/// <summary>The arguments of <see cref="Ops.AdagradStep"/>: <c>nrnn_adagrad_args</c> with tensors.</summary>
internal readonly ref struct AdagradCall
{
    public required float LearningRate { get; init; }
    public required float Epsilon { get; init; }
    public required float WeightDecay { get; init; }
    public required float ClipValue { get; init; }
    public required ReadOnlySpan<Tensor> Parameters { get; init; }
    public required ReadOnlySpan<Tensor> Gradients { get; init; }
    public required ReadOnlySpan<Tensor> Sums { get; init; }
}

/// <summary>The arguments of <see cref="Ops.LionStep"/>: <c>nrnn_lion_args</c> with tensors.</summary>
internal readonly ref struct LionCall
{
    public required float LearningRate { get; init; }
    public required float Beta1 { get; init; }
    public required float Beta2 { get; init; }
    public required float WeightDecay { get; init; }
    public required float ClipValue { get; init; }
    public required ReadOnlySpan<Tensor> Parameters { get; init; }
    public required ReadOnlySpan<Tensor> Gradients { get; init; }
    public required ReadOnlySpan<Tensor> First { get; init; }
}
