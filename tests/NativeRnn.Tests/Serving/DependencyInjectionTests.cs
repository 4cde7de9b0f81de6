using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NativeRnn.Data;
using NativeRnn.Serving;
using NativeRnn.Tests.Cli;
using NativeRnn.Training;

namespace NativeRnn.Tests.Serving;

public sealed class DependencyInjectionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string ModelPath => _directory.File("model.safetensors");

    private string WriterPath => _directory.File("writer");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Predictors_AreSingletonsByName_TheFirstAlsoWithoutOne()
    {
        ServedModel.Save(ModelPath);
        ServiceCollection services = new();
        services.AddNativeRnn()
            .AddPredictor("file", ModelPath, ServedModel.Options)
            .AddPredictor("function", (_, device) => ServedModel.Create(device), ServedModel.Options);
        using ServiceProvider provider = services.BuildServiceProvider();

        Predictor file = provider.GetRequiredKeyedService<Predictor>("file");
        Predictor function = provider.GetRequiredKeyedService<Predictor>("function");

        Assert.Same(file, provider.GetRequiredService<Predictor>());
        Assert.NotSame(file, function);
        Assert.Same(function, provider.GetRequiredKeyedService<Predictor>("function"));
        Assert.Equal(file.Predict(ServedModel.Sample(1)), function.Predict(ServedModel.Sample(1)));
    }

    [Fact]
    public void Predictors_EndWithTheContainer()
    {
        ServiceCollection services = new();
        services.AddNativeRnn().AddPredictor("model", (_, device) => ServedModel.Create(device), ServedModel.Options);
        ServiceProvider provider = services.BuildServiceProvider();
        Predictor predictor = provider.GetRequiredService<Predictor>();

        provider.Dispose();

        Assert.Throws<ObjectDisposedException>(() => predictor.Predict(ServedModel.Sample(1)));
    }

    [Fact]
    public void TextGenerators_WriteWhatTheirModelWrites()
    {
        CharVocabulary vocabulary = new("abc\n");
        string text;
        using (Device device = Device.Cpu(threads: 1))
        {
            LanguageModel model = new(
                new LanguageModelOptions { Vocabulary = vocabulary.Count, Embedding = 2, Hidden = 4, Layers = 1 }, device);
            LanguageModelDirectory.Save(WriterPath, model, vocabulary);
            using TextGenerator own = new(model, vocabulary, NativeRnn.Layers.WeightStorage.Int8);
            text = own.Generate("ab", new GenerationOptions { Length = 40 });
        }

        ServiceCollection services = new();
        services.AddNativeRnn().AddTextGenerator("writer", WriterPath);
        using ServiceProvider provider = services.BuildServiceProvider();

        TextGenerator generator = provider.GetRequiredService<TextGenerator>();
        Assert.Same(generator, provider.GetRequiredKeyedService<TextGenerator>("writer"));
        Assert.All(
            Enumerable.Range(0, 16).AsParallel().Select(_ => generator.Generate("ab", new GenerationOptions { Length = 40 })),
            written => Assert.Equal(text, written));
    }

    [Fact]
    public void AModelThatCantBeLoaded_FailsWhenItIsAskedFor_AndNamesThePath()
    {
        string directory = _directory.File("nowhere");
        ServiceCollection services = new();
        services.AddNativeRnn().AddPredictor("price", ModelPath).AddTextGenerator("writer", directory);
        using ServiceProvider provider = services.BuildServiceProvider();

        InvalidOperationException predictor =
            Assert.Throws<InvalidOperationException>(provider.GetRequiredService<Predictor>);
        InvalidOperationException generator =
            Assert.Throws<InvalidOperationException>(provider.GetRequiredService<TextGenerator>);

        Assert.StartsWith($"the Predictor 'price' can't be made from {ModelPath}: ", predictor.Message, StringComparison.Ordinal);
        Assert.IsType<FileNotFoundException>(predictor.InnerException);
        Assert.StartsWith($"the TextGenerator 'writer' can't be made from {directory}: ", generator.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Logs_GoToTheApplications()
    {
        ServedModel.Save(ModelPath);
        ListLoggerProvider log = new();
        ServiceCollection services = new();
        services.AddLogging(logging => logging.AddProvider(log));
        services.AddNativeRnn()
            .AddPredictor("file", ModelPath, ServedModel.Options)
            .AddPredictor("bad", (_, _) => new NativeRnn.Layers.Lambda(_ => throw new NotSupportedException("not today")));
        using ServiceProvider provider = services.BuildServiceProvider();

        provider.GetRequiredService<Predictor>();
        Assert.Throws<NotSupportedException>(() => provider.GetRequiredKeyedService<Predictor>("bad").Predict(1f));

        Assert.Equal([100, 100, 103], log.Lines.Select(line => line.Id));
        Assert.All(log.Lines, line => Assert.Equal("NativeRnn.Serving.Predictor", line.Category));
        Assert.StartsWith($"Loaded {ModelPath}: 434 weights, 2 replicas on cpu, in ", log.Lines[0].Text, StringComparison.Ordinal);
        Assert.Equal("A prediction of 'bad' failed", log.Lines[2].Text);
    }

    [Fact]
    public void WrongArguments_AreNamed()
    {
        NativeRnnBuilder builder = new ServiceCollection().AddNativeRnn();

        Assert.Equal("name", Assert.Throws<ArgumentException>(() => builder.AddPredictor("", "path")).ParamName);
        Assert.Equal("path", Assert.Throws<ArgumentException>(() => builder.AddPredictor("name", "")).ParamName);
        Assert.Equal("directory", Assert.Throws<ArgumentException>(() => builder.AddTextGenerator("name", "")).ParamName);
        Assert.Equal("load", Assert.Throws<ArgumentNullException>(
            () => builder.AddPredictor("name", (Func<IServiceProvider, Device, NativeRnn.Layers.Module>)null!)).ParamName);
        Assert.Equal("services", Assert.Throws<ArgumentNullException>(
            () => NativeRnnServiceCollectionExtensions.AddNativeRnn(null!)).ParamName);
    }

    private sealed class ListLoggerProvider : ILoggerProvider
    {
        public List<LoggedLine> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => new ListLogger(Lines, categoryName);

        public void Dispose()
        {
        }
    }
}
