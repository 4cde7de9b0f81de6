using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Serving;

/// <summary>
/// Adds models to an application's services, each under a name (<c>[FromKeyedServices("name")]</c>); the first of a kind
/// is also what is injected without a name. A model is loaded when it is first asked for, once, and freed with the
/// container. Logs go to the application's.
/// </summary>
public sealed class NativeRnnBuilder
{
    internal NativeRnnBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Adds a <see cref="Predictor"/> of a saved model. Asking for it throws an <see cref="InvalidOperationException"/>
    /// that names the file when it can't be loaded.
    /// </summary>
    /// <param name="name">Under which it is asked for.</param>
    /// <param name="path">A file that <c>SavedModel.Save</c> wrote.</param>
    /// <param name="options">How it is served; null: the defaults.</param>
    public NativeRnnBuilder AddPredictor(string name, string path, PredictorOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Add(name, path, (_, logger) => Predictor.Load(path, options, logger));
    }

    /// <summary>Adds a <see cref="Predictor"/> of a model that a function makes.</summary>
    /// <param name="name">Under which it is asked for.</param>
    /// <param name="load">Called once for each replica: loads the model onto the device that it gets.</param>
    /// <param name="options">How it is served; null: the defaults.</param>
    public NativeRnnBuilder AddPredictor(
        string name, Func<IServiceProvider, Device, Module> load, PredictorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(load);
        return Add(name, "its function", (services, logger) =>
            new Predictor(device => load(services, device), $"'{name}'", options, logger));
    }

    /// <summary>
    /// Adds a <see cref="TextGenerator"/>, which any number of requests use at once. Asking for it throws an
    /// <see cref="InvalidOperationException"/> that names the directory when it can't be loaded.
    /// </summary>
    /// <param name="name">Under which it is asked for.</param>
    /// <param name="directory">Where <see cref="LanguageModelDirectory.Save"/> put the model.</param>
    /// <param name="storage">How the weights are kept: smaller is faster and less exact.</param>
    public NativeRnnBuilder AddTextGenerator(
        string name, string directory, WeightStorage storage = WeightStorage.Int8)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return Add(name, directory, (_, logger) => LoadGenerator(directory, storage, logger));
    }

    private static TextGenerator LoadGenerator(string directory, WeightStorage storage, ILogger logger)
    {
        long start = Stopwatch.GetTimestamp();
        using Device device = Device.Cpu(threads: 1);
        (LanguageModel model, CharVocabulary vocabulary) = LanguageModelDirectory.Load(directory, device);
        TextGenerator generator = new(model, vocabulary, storage);
        logger.GeneratorLoaded(
            directory, vocabulary.Count, storage, Stopwatch.GetElapsedTime(start).TotalSeconds);
        return generator;
    }

    private NativeRnnBuilder Add<T>(string name, string source, Func<IServiceProvider, ILogger, T> create)
        where T : class
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Services.AddKeyedSingleton<T>(name, (services, _) =>
        {
            ILogger? logger = services.GetService<ILoggerFactory>()?.CreateLogger(typeof(T).FullName!);
            try
            {
                return create(services, logger ?? NullLogger.Instance);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException(
                    $"the {typeof(T).Name} '{name}' can't be made from {source}: {exception.Message}", exception);
            }
        });
        Services.TryAddSingleton(services => services.GetRequiredKeyedService<T>(name));
        return this;
    }
}
