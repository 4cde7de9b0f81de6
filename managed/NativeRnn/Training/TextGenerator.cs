using System.Text;
using NativeRnn.Data;
using NativeRnn.Diagnostics;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Writes text with a <see cref="LanguageModel"/>, character by character, from a copy of its weights on
/// the CPU: what the model learns later changes nothing here. Any number of texts on any threads can be
/// written at once.
/// </summary>
public sealed class TextGenerator : IDisposable
{
    private readonly PackedLanguageModel _model;
    private readonly CharVocabulary _vocabulary;

    /// <summary>A generator.</summary>
    /// <param name="model">The model; only its weights, as they are now, are taken.</param>
    /// <param name="vocabulary">Its characters; as many as the model has.</param>
    /// <param name="storage">
    /// How the recurrent weights are kept: smaller is faster and less exact. A character needs each weight
    /// once, so that reading them is what takes the time.
    /// </param>
    /// <exception cref="ArgumentException">Model and vocabulary differ in size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="storage"/> is not one of its values.
    /// </exception>
    public TextGenerator(
        LanguageModel model, CharVocabulary vocabulary, WeightStorage storage = WeightStorage.Float32)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (model.Options.Vocabulary != vocabulary.Count)
        {
            throw new ArgumentException(
                $"the vocabulary has {vocabulary.Count} characters, the model " +
                $"{model.Options.Vocabulary}", nameof(vocabulary));
        }

        (_model, _vocabulary) = (model.Pack(storage), vocabulary);
    }

    /// <summary>Frees the weights once no text is being written any more.</summary>
    public void Dispose() => _model.Dispose();

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

    /// <summary>
    /// How well this generator foretells a text that it reads from its start: the mean of -ln p over the
    /// characters after the first. Beside <see cref="LanguageModelTrainer.Evaluate(ReadOnlyMemory{int})"/> it tells what the storage of
    /// the weights costs.
    /// </summary>
    /// <param name="text">At least two characters; each 0 to V - 1.</param>
    /// <returns>Nats a character.</returns>
    /// <exception cref="ArgumentException">The text is shorter, or has no such character.</exception>
    public double Evaluate(ReadOnlySpan<int> text)
    {
        if (text.Length < 2)
        {
            throw new ArgumentException(
                $"the text has {text.Length} characters; a prediction needs at least 2", nameof(text));
        }

        foreach (int character in text)
        {
            if ((uint)character >= (uint)_model.Vocabulary)
            {
                throw new ArgumentException(
                    $"the text has the character {character}, must be 0 to {_model.Vocabulary - 1}", nameof(text));
            }
        }

        using CharacterStepper stepper = new(_model);
        double sum = 0;
        for (int place = 0; place + 1 < text.Length; place++)
        {
            sum += LossOf(stepper.Step(text[place]), text[place + 1]);
        }

        return sum / (text.Length - 1);
    }

    // -ln softmax(logits)[target].
    private static double LossOf(float[] logits, int target)
    {
        double largest = logits.Max(), total = 0;
        foreach (float logit in logits)
        {
            total += Math.Exp(logit - largest);
        }

        return Math.Log(total) + largest - logits[target];
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
        using GenerationRequest request = new(prompt.Length, length);
        using CharacterStepper stepper = new(_model);
        foreach (int character in prompt.AsSpan(0, prompt.Length - 1).ToArray())
        {
            if (cancellationToken.IsCancellationRequested)
            {
                request.Cancelled();
                yield break;
            }

            stepper.Read(character);
        }

        int last = prompt[^1];
        for (int written = 0; written < length; written++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                request.Cancelled();
                yield break;
            }

            last = sampler.Sample(stepper.Step(last));
            request.Written();
            yield return _vocabulary[last];
            request.GoesOn();
        }

        request.Completed();
    }
}
