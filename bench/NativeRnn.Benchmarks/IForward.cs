namespace Benchmarks;

/// <summary>Recurrent layers in one library, for inference.</summary>
internal interface IForward : IPeer
{
    /// <summary>Runs a sequence from zeros, from the host's memory to the host's memory.</summary>
    /// <param name="input">[T,B,I].</param>
    /// <param name="output">[T,B,H].</param>
    void Run(float[] input, float[] output);
}
