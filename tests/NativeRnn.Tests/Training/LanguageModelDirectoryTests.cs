using NativeRnn.Data;
using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

public sealed class LanguageModelDirectoryTests : IDisposable
{
    private readonly Device _device = TestDevice.Open();
    private readonly string _directory =
        Path.Combine(Path.GetTempPath(), $"nativernn-{Guid.NewGuid():N}");

    public void Dispose()
    {
        _device.Dispose();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Theory]
    [InlineData(RnnCell.Lstm)]
    [InlineData(RnnCell.Gru)]
    [InlineData(RnnCell.RnnTanh)]
    [InlineData(RnnCell.RnnRelu)]
    public void Save_ThenLoad_GivesTheSameModel(RnnCell cell)
    {
        // A surrogate alone: it can't be written as text.
        CharVocabulary vocabulary = new("\nab\ud83d\"é");
        LanguageModelOptions options = new()
        {
            Cell = cell,
            Vocabulary = vocabulary.Count,
            Embedding = 3,
            Hidden = 5,
            Layers = 2,
            Dropout = 0.25f,
        };
        LanguageModel model = new(options, _device);

        Assert.Equal(model.ParameterCount, options.CountWeights());
        LanguageModelDirectory.Save(_directory, model, vocabulary);
        (LanguageModel loaded, CharVocabulary characters) =
            LanguageModelDirectory.Load(_directory, _device);

        Assert.Equal(vocabulary.Characters, characters.Characters);
        Assert.Equal(options, loaded.Options);
        Assert.False(loaded.Training);
        Assert.All(model.StateDict().Zip(loaded.StateDict()), pair =>
        {
            Assert.Equal(pair.First.Key, pair.Second.Key);
            Assert.Equal(pair.First.Value.ToArray(), pair.Second.Value.ToArray());
        });
        Assert.Contains(
            "rnn.weight_hh_l1",
            Safetensors.Load(Path.Combine(_directory, "model.safetensors"), _device).Tensors.Keys);
    }

    public static TheoryData<string, string, string> Damages() => new()
    {
        { "\"format\": \"nativernn", "\"format\": \"other", "format" },
        { "\"version\": 1", "\"version\": 2", "version 2" },
        { "\"cell\": \"gru\"", "\"cell\": \"elman\"", "elman" },
        { "\"hidden\": 4", "\"hidden\": 5", "of another shape" },
        { "\"hidden\": 4", "\"hidden\": -5", "Hidden" },
        { "\"hidden\": 4", "\"hidden\": 65536", "weights" },
        { "\"layers\": 1", "\"layers\": 2", "missing" },
        { "\"cell\": \"gru\"", "\"cell\": \"lstm\"", "of another shape" },
        { "98", "97", "twice" },
        { "98", "98000", "65535" },
        { "{", "[", "JSON" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Load_OfADamagedDescription_SaysWhatIsWrong(string from, string to, string message)
    {
        SaveSmall();
        string path = Path.Combine(_directory, "model.json");
        string text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));

        ModelFormatException exception = Assert.Throws<ModelFormatException>(
            () => LanguageModelDirectory.Load(_directory, _device));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("model.safetensors")]
    public void Load_WithoutAFile_NamesIt(string name)
    {
        SaveSmall();
        File.Delete(Path.Combine(_directory, name));

        FileNotFoundException exception = Assert.Throws<FileNotFoundException>(
            () => LanguageModelDirectory.Load(_directory, _device));

        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_WithAnotherVocabulary_Refuses()
    {
        LanguageModel model = new(new LanguageModelOptions { Vocabulary = 3, Hidden = 4 }, _device);

        Assert.Throws<ArgumentException>(
            () => LanguageModelDirectory.Save(_directory, model, new CharVocabulary("ab")));
    }

    private void SaveSmall() => LanguageModelDirectory.Save(
        _directory,
        new LanguageModel(
            new LanguageModelOptions
            {
                Cell = RnnCell.Gru,
                Vocabulary = 2,
                Embedding = 3,
                Hidden = 4,
                Layers = 1,
            },
            _device),
        new CharVocabulary("ab"));
}
