namespace NativeRnn.Layers;

/// <summary>Layers that go through time together, and their weights.</summary>
/// <param name="Settings">Of one direction.</param>
/// <param name="Plan">What runs them.</param>
/// <param name="Weights">All weights of the layer: what a tape knows.</param>
/// <param name="Block">Those of these layers: a part of the same memory.</param>
/// <param name="Gradient">Where their gradient is added to.</param>
internal sealed record CheckpointedPart(
    RecurrentSettings Settings, RnnPlan Plan, Tensor Weights, Tensor Block, Tensor Gradient);
