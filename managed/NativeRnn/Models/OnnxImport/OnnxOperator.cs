namespace NativeRnn.Models;

/// <summary>What an operator takes, and what computes it.</summary>
internal sealed class OnnxOperator
{
    /// <param name="run">Gets a call, gives the outputs.</param>
    /// <param name="least">Inputs that must be there.</param>
    /// <param name="most">Inputs that may be there.</param>
    /// <param name="attributes">Their names, separated by spaces.</param>
    internal OnnxOperator(Func<OnnxCall, OnnxValue[]> run, int least, int most, string attributes = "")
    {
        Run = run;
        (LeastInputs, MostInputs) = (least, most);
        Attributes = attributes.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
    }

    internal Func<OnnxCall, OnnxValue[]> Run { get; }

    internal int LeastInputs { get; }

    internal int MostInputs { get; }

    internal int MostOutputs { get; init; } = 1;

    internal IReadOnlySet<string> Attributes { get; }

    /// <summary>Whether it may run while the file is read: it takes time by its inputs' and outputs' lengths.</summary>
    internal bool FoldsConstants { get; init; } = true;

    /// <summary>Inputs that training must not change: statistics.</summary>
    internal IReadOnlyList<int> FixedInputs { get; init; } = [];

    /// <summary>Inputs that must be constants: a layer keeps them in its own order.</summary>
    internal IReadOnlyList<int> WeightInputs { get; init; } = [];

    /// <summary>Inputs that are constants where they are all zeros: states to start from.</summary>
    internal IReadOnlyList<int> StartInputs { get; init; } = [];
}
