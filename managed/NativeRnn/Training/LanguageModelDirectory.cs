using System.Text.Json;
using NativeRnn.Data;
using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// A language model on disk: a directory with <c>model.safetensors</c>, the weights under PyTorch's
/// names, and <c>model.json</c>, the architecture and the vocabulary.
/// </summary>
public static class LanguageModelDirectory
{
    private const string WeightsName = "model.safetensors";
    private const string DescriptionName = "model.json";

    private static readonly (string Name, RnnCell Cell)[] Cells =
    [
        ("lstm", RnnCell.Lstm),
        ("gru", RnnCell.Gru),
        ("rnn_tanh", RnnCell.RnnTanh),
        ("rnn_relu", RnnCell.RnnRelu),
    ];

    /// <summary>Saves a model. Each file is replaced whole or not at all.</summary>
    /// <param name="directory">Made if it is not there.</param>
    /// <param name="model">The model.</param>
    /// <param name="vocabulary">Its characters; as many as the model has.</param>
    /// <exception cref="ArgumentException">Model and vocabulary differ in size.</exception>
    public static void Save(string directory, LanguageModel model, CharVocabulary vocabulary)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(vocabulary);
        LanguageModelOptions options = model.Options;
        if (options.Vocabulary != vocabulary.Count)
        {
            throw new ArgumentException(
                $"the vocabulary has {vocabulary.Count} characters, the model {options.Vocabulary}",
                nameof(vocabulary));
        }

        Directory.CreateDirectory(directory);
        Safetensors.Save(Path.Combine(directory, WeightsName), model.StateDict());
        LanguageModelFile file = new()
        {
            Format = LanguageModelFile.FormatName,
            Version = LanguageModelFile.NewestVersion,
            Cell = Array.Find(Cells, known => known.Cell == options.Cell).Name,
            Embedding = options.Embedding,
            Hidden = options.Hidden,
            Layers = options.Layers,
            Dropout = options.Dropout,
            Vocabulary = [.. vocabulary.Characters.Select(character => (int)character)],
        };
        AtomicFile.Write(
            Path.Combine(directory, DescriptionName),
            stream => JsonSerializer.Serialize(
                stream, file, LanguageModelJson.Default.LanguageModelFile));
    }

    /// <summary>Loads a model, ready to predict: dropout is off.</summary>
    /// <param name="directory">Where <see cref="Save"/> put it.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <returns>The model and its characters.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    /// <exception cref="FileNotFoundException">A file of the two is not there.</exception>
    /// <exception cref="ModelFormatException">
    /// A file is damaged, or they don't go together; the message says what is wrong.
    /// </exception>
    public static (LanguageModel Model, CharVocabulary Vocabulary) Load(
        string directory, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"there is no directory {directory}");
        }

        string description = Existing(directory, DescriptionName);
        string weights = Existing(directory, WeightsName);
        try
        {
            LanguageModelFile file = Read(description);
            CharVocabulary vocabulary = VocabularyOf(file);
            LanguageModelOptions options = OptionsOf(file, vocabulary);
            IReadOnlyDictionary<string, Tensor> state = Safetensors.Load(weights, device).Tensors;
            CheckSize(options, state.Values.Sum(tensor => tensor.Length));
            LanguageModel model = new(options, device);
            model.LoadStateDict(state);
            model.SetTraining(false);
            return (model, vocabulary);
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException)
        {
            throw new ModelFormatException($"{directory}: {exception.Message}", exception);
        }
    }

    private static string Existing(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        return File.Exists(path) ? path : throw new FileNotFoundException(
            $"{directory} is no saved language model: it has no {name}", path);
    }

    private static LanguageModelFile Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        LanguageModelFile? file = JsonSerializer.Deserialize(
            stream, LanguageModelJson.Default.LanguageModelFile);
        if (file?.Format != LanguageModelFile.FormatName)
        {
            throw new ModelFormatException(
                $"{path}: the format is '{file?.Format}', not '{LanguageModelFile.FormatName}'");
        }

        return file.Version is >= 1 and <= LanguageModelFile.NewestVersion
            ? file
            : throw new ModelFormatException(
                $"{path}: version {file.Version} is not known; this library reads up to " +
                $"{LanguageModelFile.NewestVersion}");
    }

    // A wrong description must not make a model that fills the memory. What differs by less, the
    // state dict's check names in detail.
    private static void CheckSize(LanguageModelOptions options, long weights)
    {
        double described = options.CountWeights();
        if (described > (2.0 * weights) + 1_000_000)
        {
            throw new ModelFormatException(
                $"{DescriptionName} describes a model of {described:N0} weights, " +
                $"{WeightsName} has {weights:N0}");
        }
    }

    private static CharVocabulary VocabularyOf(LanguageModelFile file)
    {
        if (file.Vocabulary is not { Length: > 0 } codes
            || codes.Any(code => code is < char.MinValue or > char.MaxValue))
        {
            throw new ModelFormatException(
                $"{DescriptionName}: the vocabulary is missing or has a code outside 0 to 65535");
        }

        return new CharVocabulary(new string([.. codes.Select(code => (char)code)]));
    }

    private static LanguageModelOptions OptionsOf(
        LanguageModelFile file, CharVocabulary vocabulary)
    {
        int cell = Array.FindIndex(Cells, known => known.Name == file.Cell);
        return new LanguageModelOptions
        {
            Cell = cell >= 0 ? Cells[cell].Cell : throw new ModelFormatException(
                $"{DescriptionName}: the cell is '{file.Cell}', not one of " +
                string.Join(", ", Cells.Select(known => known.Name))),
            Vocabulary = vocabulary.Count,
            Embedding = file.Embedding,
            Hidden = file.Hidden,
            Layers = file.Layers,
            Dropout = file.Dropout,
        };
    }
}
