using NativeRnn;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Training;

/// <summary>Small models on data that are made, trained in a few seconds and kept in a directory until the end.</summary>
internal sealed class MadeModels : IDisposable
{
    private const double TextSeconds = 4;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("nativernn-web-");

    private MadeModels()
    {
    }

    /// <summary>A language model that counts in words.</summary>
    public string TextDirectory => Path.Combine(_directory.FullName, "text");

    /// <summary>A model that foretells the next value of a wave.</summary>
    public string WavePath => Path.Combine(_directory.FullName, "wave.safetensors");

    public static MadeModels Train(bool withText)
    {
        MadeModels models = new();
        models.TrainWave();
        if (withText)
        {
            models.TrainText();
        }

        return models;
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private void TrainWave()
    {
        using Device device = Device.Cpu();
        (Tensor x, Tensor y) = Wave.Create(count: 512, seed: 1, device);
        Sequential model = new() { new Lstm(16, seed: 1), new Dense(1, seed: 2) };
        model.Compile(new MeanSquaredError(), new Adam(0.01f));
        model.Fit(x, y, epochs: 20);
        model.Save(WavePath);
    }

    private void TrainText()
    {
        string text = CountingText.Create(lines: 400, seed: 1);
        CharVocabulary vocabulary = CharVocabulary.FromText(text);
        using Device device = Device.Cpu();
        LanguageModel model = new(
            new LanguageModelOptions { Vocabulary = vocabulary.Count, Embedding = 32, Hidden = 128, Layers = 1 }, device);
        LanguageModelTrainer trainer = new(model, new LanguageModelTrainingOptions
        {
            Epochs = 10,
            Batch = 8,
            Sequence = 64,
            LearningRate = 5e-3f,
            MaxSeconds = TextSeconds,
            DecayByTime = true,
        });
        trainer.Train(vocabulary.Encode(text), validation: default);
        LanguageModelDirectory.Save(TextDirectory, model, vocabulary);
    }
}
