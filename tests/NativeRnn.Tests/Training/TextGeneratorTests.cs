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

        foreach (WeightStorage storage in Enum.GetValues<WeightStorage>())
        {
            using TextGenerator generator = new(model, _vocabulary, storage);
            Assert.Equal(
                "cabcabcab", generator.Generate("ab", new GenerationOptions { Length = 9, Temperature = 0 }));
        }
    }

    [Fact]
    public void Generate_WithOneSeed_WritesTheSame()
    {
        using TextGenerator generator = new(Model(), _vocabulary);
        GenerationOptions options = new() { Length = 80, Temperature = 1, Seed = 4 };

        string first = generator.Generate("a", options);

        Assert.Equal(80, first.Length);
        Assert.Equal(first, generator.Generate("a", options));
        Assert.NotEqual(first, generator.Generate("a", options with { Seed = 5 }));
    }

    [Fact]
    public void Generate_FromTheWholePrompt_DependsOnItsFirstCharacter()
    {
        using PackedLanguageModel model = Model().Pack(WeightStorage.Float32);
        using CharacterStepper first = new(model);
        using CharacterStepper second = new(model);
        first.Read(0);
        second.Read(2);

        Assert.NotEqual((float[])first.Step(1).Clone(), second.Step(1));
    }

    [Fact]
    public void Generate_OfAnEmptyPrompt_Starts()
    {
        using TextGenerator generator = new(Model(), _vocabulary);

        Assert.Equal(5, generator.Generate("", new GenerationOptions { Length = 5 }).Length);
        Assert.Empty(generator.Generate("", new GenerationOptions { Length = 0 }));
    }

    [Fact]
    public void Stream_WhenCancelled_EndsEarly()
    {
        using TextGenerator generator = new(Model(), _vocabulary);
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

    [Theory]
    [InlineData(RnnCell.Lstm, 2)]
    [InlineData(RnnCell.Gru, 1)]
    [InlineData(RnnCell.RnnTanh, 3)]
    public void Step_GivesTheLogitsOfForward(RnnCell cell, int layers)
    {
        LanguageModel model = Model(cell, layers);
        int[] text = [0, 1, 2, 2, 0];
        model.SetTraining(false);
        float[] whole = model.Forward(Tensor.From(text, [text.Length, 1], _device)).ToArray();

        using PackedLanguageModel packed = model.Pack(WeightStorage.Float32);
        using CharacterStepper stepper = new(packed);
        float[] steps = [.. text.SelectMany(stepper.Step)];

        Assert.Equal(whole.Length, steps.Length);
        Assert.All(whole.Zip(steps), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void Generate_IsByTheWeightsThatItTook()
    {
        LanguageModel model = Model();
        using TextGenerator generator = new(model, _vocabulary);
        GenerationOptions options = new() { Length = 50, Temperature = 1 };
        string before = generator.Generate("a", options);

        foreach (Parameter parameter in model.Parameters())
        {
            parameter.Value.Fill(0.1f);
        }

        Assert.Equal(before, generator.Generate("a", options));
        using TextGenerator after = new(model, _vocabulary);
        Assert.NotEqual(before, after.Generate("a", options));
    }

    [Fact]
    public void Generate_OnManyThreads_WritesWhatOneWrites()
    {
        using TextGenerator generator = new(Model(), _vocabulary, WeightStorage.Int8);
        string[] alone = [.. Enumerable.Range(1, 8).Select(Write)];

        string[] together = new string[alone.Length];
        Parallel.For(0, alone.Length, place => together[place] = Write(place + 1));

        Assert.Equal(alone, together);

        string Write(int seed) =>
            generator.Generate("b", new GenerationOptions { Length = 200, Temperature = 1, Seed = seed });
    }

    [Fact]
    public void WrongCalls_AreNamed()
    {
        Assert.Contains("storage", Assert.Throws<ArgumentOutOfRangeException>(
            () => new TextGenerator(Model(), _vocabulary, (WeightStorage)9)).Message, StringComparison.Ordinal);
        TextGenerator generator = new(Model(), _vocabulary);
        generator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => generator.Generate("a"));
    }

    private LanguageModel Model(RnnCell cell = RnnCell.Gru, int layers = 1) => new(
        new LanguageModelOptions
        {
            Cell = cell,
            Vocabulary = _vocabulary.Count,
            Embedding = 4,
            Hidden = 16,
            Layers = layers,
            Dropout = 0,
        },
        _device);
}
