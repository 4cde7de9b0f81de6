namespace NativeRnn.Models;

/// <summary>A node that each run of a model computes.</summary>
/// <param name="Node">The node.</param>
/// <param name="Inputs">Places of its inputs among the values of a run; -1: left out.</param>
/// <param name="Outputs">Places of its outputs; -1: nobody uses it.</param>
/// <param name="Ends">Places of values that no later step uses.</param>
internal sealed record OnnxStep(OnnxNode Node, int[] Inputs, int[] Outputs, IReadOnlyList<int> Ends);
