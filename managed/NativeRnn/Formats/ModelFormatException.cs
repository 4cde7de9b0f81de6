using System.Diagnostics.CodeAnalysis;

namespace NativeRnn.Formats;

/// <summary>
/// A file of weights or of a model is damaged, contradicts itself, or uses something that is not read. The message says
/// which file, where in it and what.
/// </summary>
[SuppressMessage("Design", "CA1032", Justification = "A message is what the exception is for.")]
public sealed class ModelFormatException : Exception
{
    /// <summary>What is wrong, with the file's name in front.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="innerException">What a part of the reader said, or null.</param>
    public ModelFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>What is wrong where in a file.</summary>
    /// <param name="filePath">The file.</param>
    /// <param name="place">Where in the file: an offset, a name, a path of names; empty: the file as a whole.</param>
    /// <param name="what">What was found, and what should be there.</param>
    /// <param name="innerException">What a part of the reader said, or null.</param>
    public ModelFormatException(string filePath, string place, string what, Exception? innerException = null)
        : base(string.IsNullOrEmpty(place) ? $"{filePath}: {what}" : $"{filePath}: {place}: {what}", innerException)
    {
        FilePath = filePath;
        Place = place;
    }

    /// <summary>The file, where the message was made of parts; else null.</summary>
    public string? FilePath { get; }

    /// <summary>Where in the file, where the message was made of parts; else null.</summary>
    public string? Place { get; }
}
