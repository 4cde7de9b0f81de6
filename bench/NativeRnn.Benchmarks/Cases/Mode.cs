namespace Benchmarks;

/// <summary>What is done with the layers.</summary>
internal enum Mode
{
    /// <summary>A whole sequence, without gradients.</summary>
    Forward,

    /// <summary>A whole sequence, all gradients, a step of Adam.</summary>
    Train,

    /// <summary>One step of one sequence; the state is kept from call to call.</summary>
    Stream,

    /// <summary>A training step of a language model, from characters to the loss.</summary>
    Text,
}
