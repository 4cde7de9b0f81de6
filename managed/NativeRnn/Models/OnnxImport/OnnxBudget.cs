namespace NativeRnn.Models;

/// <summary>
/// How many elements constants may be computed into while a file is read. A few nodes can ask for any amount of memory;
/// what does not fit is computed in each run, for the program that asked for it.
/// </summary>
internal sealed class OnnxBudget(long elements)
{
    private long _left = elements;

    /// <exception cref="OnnxBudgetException">There is not as much left.</exception>
    internal void Claim(long elements)
    {
        if (elements > _left)
            throw new OnnxBudgetException();
        _left -= elements;
    }
}
