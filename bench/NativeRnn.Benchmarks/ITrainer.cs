namespace Benchmarks;

/// <summary>
/// A character model in one library: embedding, recurrent layers, linear layer to the logits, mean
/// cross-entropy, Adam. The state goes from step to step, gradients don't.
/// </summary>
internal interface ITrainer : IPeer
{
    /// <summary>Trains on a window, from characters in the host's memory to the loss in it.</summary>
    /// <param name="inputs">Characters, [T,B].</param>
    /// <param name="targets">What follows each of them, [T,B].</param>
    /// <returns>The mean loss in nats per character.</returns>
    float Step(int[] inputs, int[] targets);
}
