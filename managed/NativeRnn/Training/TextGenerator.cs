using System.Text;
using NativeRnn.Data;

namespace NativeRnn.Training;

/// <summary>Writes text with a <see cref="LanguageModel"/>, character by character.</summary>
public sealed class TextGenerator
{
    private readonly LanguageModel _model;
    private readonly CharVocabulary _vocabulary;

    /// <summary>A generator.</summary>
    /// <param name="model">The model.</param>
    /// <param name="vocabulary">Its characters; as many as the model has.</param>
    /// <exception cref="ArgumentException">Model and vocabulary differ in size.</exception>
    public TextGenerator(LanguageModel model, CharVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (model.Options.Vocabulary != vocabulary.Count)
        {
            throw new ArgumentException(
                $"the vocabulary has {vocabulary.Count} characters, the model " +
                $"{model.Options.Vocabulary}", nameof(vocabulary));
        }

        (_model, _vocabulary) = (model, vocabulary);
    }

    /// <summary>Writes on from a prompt.</summary>
    /// <param name="prompt">
    /// Characters of the vocabulary. An empty one stands for a line break, or for the vocabulary's
    /// first character if it has none.
    /// </param>
    /// <param name="options">How; null: the defaults.</param>
    /// <param name="cancellationToken">Ends the text early.</param>
    /// <returns>What follows the prompt.</returns>
    /// <exception cref="ArgumentException">
    /// The vocabulary lacks a character of the prompt; the message names it.
    /// </exception>
    public string Generate(
        string prompt,
        GenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        StringBuilder text = new();
        foreach (char character in Stream(prompt, options, cancellationToken))
        {
            text.Append(character);
        }

        return text.ToString();
    }

    /// <summary>Writes on from a prompt and gives each character at once.</summary>
    /// <param name="prompt">As for <see cref="Generate"/>.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <param name="cancellationToken">Ends the text early.</param>
    /// <returns>What follows the prompt.</returns>
    /// <exception cref="ArgumentException">
    /// The vocabulary lacks a character of the prompt; the message names it.
    /// </exception>
    public IEnumerable<char> Stream(
        string prompt,
        GenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Length, nameof(options));
        TokenSampler sampler = new(
            options.Temperature, options.TopK, options.TopP, options.Seed);
        return Write(EncodePrompt(prompt), options.Length, sampler, cancellationToken);
    }

    private int[] EncodePrompt(string prompt)
    {
        if (prompt.Length == 0)
        {
            return [_vocabulary.Contains('\n') ? _vocabulary.IndexOf('\n') : 0];
        }

        try
        {
            return _vocabulary.Encode(prompt);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException(
                $"the prompt can't be read: {WithoutName(exception)}", nameof(prompt), exception);
        }
    }

    // The message of an ArgumentException ends in the name of another method's parameter.
    private static string WithoutName(ArgumentException exception) =>
        exception.Message.Replace($" (Parameter '{exception.ParamName}')", string.Empty,
            StringComparison.Ordinal);

    private IEnumerable<char> Write(
        int[] prompt, int length, TokenSampler sampler, CancellationToken cancellationToken)
    {
        CharacterStepper stepper = new(_model);
        foreach (int character in prompt.AsSpan(0, prompt.Length - 1).ToArray())
        {
            if (cancellationToken.IsCancellationRequested)
            {
                yield break;
            }

            stepper.Step(character);
        }

        int last = prompt[^1];
        for (int written = 0; written < length; written++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                yield break;
            }

            last = sampler.Sample(stepper.Step(last));
            yield return _vocabulary[last];
        }
    }
}
