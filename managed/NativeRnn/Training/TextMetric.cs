namespace NativeRnn.Training;

/// <summary>A number that says how near predicted texts are to those wanted, over a whole corpus.</summary>
public abstract class TextMetric
{
    /// <summary>The name in reports, such as <c>bleu</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The value over all updates since the last reset.</summary>
    public abstract double Result { get; }

    /// <summary>Forgets all updates.</summary>
    public abstract void Reset();

    /// <summary>The words of a text: what stands between white space.</summary>
    private protected static string[] WordsOf(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        return text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
