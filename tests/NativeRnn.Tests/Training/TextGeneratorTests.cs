using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

public sealed class TextGeneratorTests : IDisposable
{
    private const string Text = "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc";

    private readonly Device _device = TestDevice.Open();
    private readonly CharVocabulary _vocabulary = CharVocabulary.FromText(Text);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Generate_AfterTraining_WritesOn()
    {
        LanguageModel model = Model();
        int[] text = _vocabulary.Encode(Text);
        new LanguageModelTrainer(model, new LanguageModelTrainingOptions
        {
            Epochs = 40,
            Batch = 2,
            Sequence = 9,
            LearningRate = 0.02f,
        }).Train(text, ReadOnlyMemory<int>.Empty);

        string written = new TextGenerator(model, _vocabulary).Generate(
            "ab", new GenerationOptions { Length = 9, Temperature = 0 });

        Assert.Equal("cabcabcab", written);
    }

    [Fact]
    public void Generate_WithOneSeed_WritesTheSame()
    {
        TextGenerator generator = new(Model(), _vocabulary);
        GenerationOptions options = new() { Length = 80, Temperature = 1, Seed = 4 };

        string first = generator.Generate("a", options);

        Assert.Equal(80, first.Length);
        Assert.Equal(first, generator.Generate("a", options));
        Assert.NotEqual(first, generator.Generate("a", options with { Seed = 5 }));
    }

    [Fact]
    public void Generate_FromTheWholePrompt_DependsOnItsFirstCharacter()
    {
        LanguageModel model = Model();
        CharacterStepper first = new(model);
        CharacterStepper second = new(model);
        first.Step(0);
        second.Step(2);

        Assert.NotEqual((float[])first.Step(1).Clone(), second.Step(1));
    }

    [Fact]
    public void Generate_OfAnEmptyPrompt_Starts()
    {
        TextGenerator generator = new(Model(), _vocabulary);

        Assert.Equal(5, generator.Generate("", new GenerationOptions { Length = 5 }).Length);
        Assert.Empty(generator.Generate("", new GenerationOptions { Length = 0 }));
    }

    [Fact]
    public void Stream_WhenCancelled_EndsEarly()
    {
        TextGenerator generator = new(Model(), _vocabulary);
        using CancellationTokenSource source = new();
        int count = 0;

        foreach (char _ in generator.Stream("a", cancellationToken: source.Token))
        {
            if (++count == 3)
            {
                source.Cancel();
            }
        }

        Assert.Equal(3, count);
    }

    [Fact]
    public void Generate_LeavesTheModelInItsMode()
    {
        LanguageModel model = Model();

        new TextGenerator(model, _vocabulary).Generate("a", new GenerationOptions { Length = 2 });

        Assert.True(model.Training);
    }

    private LanguageModel Model() => new(
        new LanguageModelOptions
        {
            Cell = RnnCell.Gru,
            Vocabulary = _vocabulary.Count,
            Embedding = 4,
            Hidden = 16,
            Layers = 1,
            Dropout = 0,
        },
        _device);
}
