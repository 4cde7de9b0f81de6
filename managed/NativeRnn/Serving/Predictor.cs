using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NativeRnn.Diagnostics;
using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Training;

namespace NativeRnn.Serving;

/// <summary>
/// Predicts with one model for many callers at once, on any threads: a web service has one for all its requests. The
/// model is held in a few replicas, each on a device of its own (see <see cref="PredictorOptions.Replicas"/>); a call
/// takes the next free one, or waits for it in order. The same sample gives the same bits, whoever asks meanwhile.
/// </summary>
/// <example>
/// <code>
/// using Predictor predictor = Predictor.Load("model.safetensors", new() { InputShape = [-1, 16] });
/// float[] scores = await predictor.PredictAsync(new HostTensor(numbers, steps, 16), cancellationToken);
/// </code>
/// </example>
public sealed class Predictor : IDisposable
{
    private readonly PredictorOptions _options;
    private readonly ReplicaPool _pool;
    private readonly ILogger _logger;
    private readonly string _model;

    /// <summary>Serves a model that a function makes.</summary>
    /// <param name="load">
    /// Called once for each replica: loads the model onto the device that it gets. All replicas get the weights of the
    /// first. The models end with the predictor.
    /// </param>
    /// <param name="options">How; null: the defaults.</param>
    /// <param name="logger">Told of the start, and of predictions that are refused or fail; null: nobody.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">
    /// A layer is stateful: replicas would mix up their callers' states. Or there is no such device.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// A layer is not built, the model is not on the device, or it can't take samples of
    /// <see cref="PredictorOptions.InputShape"/>.
    /// </exception>
    public Predictor(Func<Device, Module> load, PredictorOptions? options = null, ILogger? logger = null)
        : this(load, "the model", options, logger)
    {
    }

    /// <param name="load">As above.</param>
    /// <param name="model">For people: what the model is called in logs and messages.</param>
    /// <param name="options">As above.</param>
    /// <param name="logger">As above.</param>
    internal Predictor(Func<Device, Module> load, string model, PredictorOptions? options, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(load);
        long start = Stopwatch.GetTimestamp();
        (_model, _options, _logger) = (model, options ?? new(), logger ?? NullLogger.Instance);
        _options.Check();
        List<Replica> replicas = LoadAll(load, _options);
        _pool = new ReplicaPool(replicas, _options, model, _logger);
        _logger.Loaded(
            model, replicas[0].ParameterCount, replicas.Count, replicas[0].Device.Name(),
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Predictions that can run at once.</summary>
    public int Replicas => _options.ActualReplicas;

    /// <summary>Serves a saved model.</summary>
    /// <param name="path">A file that <see cref="SavedModel.Save"/> wrote.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <param name="logger">Told of the start, and of predictions that are refused or fail; null: nobody.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="Formats.ModelFormatException">
    /// The file is damaged or holds no model; the message names it.
    /// </exception>
    /// <inheritdoc cref="Predictor(Func{Device, Module}, PredictorOptions?, ILogger?)" path="/exception"/>
    public static Predictor Load(string path, PredictorOptions? options = null, ILogger? logger = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new Predictor(device => SavedModel.Load(path, device), path, options, logger);
    }

    /// <summary>Predicts one sample on the calling thread.</summary>
    /// <param name="sample">Without a batch's axis: a sequence is [T,I], or [T] of indices.</param>
    /// <param name="cancellationToken">Ends the waiting; a prediction that has begun is not interrupted.</param>
    /// <returns>The model's output for it, row by row.</returns>
    /// <exception cref="ArgumentException">
    /// The sample has another shape or type than the predictor takes, or a number that is not finite.
    /// </exception>
    /// <exception cref="PredictorBusyException">As many wait as <see cref="PredictorOptions.QueueLimit"/>.</exception>
    /// <exception cref="TimeoutException">It waited for <see cref="PredictorOptions.QueueTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled while it waited.</exception>
    /// <exception cref="ObjectDisposedException">The predictor is disposed.</exception>
    public float[] Predict(HostTensor sample, CancellationToken cancellationToken = default) =>
        Predict([sample], cancellationToken)[0];

    /// <summary>Predicts a batch on the calling thread.</summary>
    /// <param name="samples">Of one shape; 1 to <see cref="PredictorOptions.MaxBatch"/>.</param>
    /// <param name="cancellationToken">Ends the waiting; a prediction that has begun is not interrupted.</param>
    /// <returns>The model's output for each sample, row by row.</returns>
    /// <inheritdoc cref="Predict(HostTensor, CancellationToken)" path="/exception"/>
    public float[][] Predict(IReadOnlyList<HostTensor> samples, CancellationToken cancellationToken = default)
    {
        using Request request = new(Request.Predict);
        try
        {
            HostTensor batch = Begin(request, samples);
            Replica replica = _pool.Rent(cancellationToken);
            return Run(replica, batch, request);
        }
        catch (Exception exception)
        {
            Failed(request, exception);
            throw;
        }
    }

    /// <summary>Predicts one sample on a thread of the pool.</summary>
    /// <inheritdoc cref="Predict(HostTensor, CancellationToken)"/>
    public async Task<float[]> PredictAsync(HostTensor sample, CancellationToken cancellationToken = default) =>
        (await PredictAsync([sample], cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Predicts a batch on a thread of the pool.</summary>
    /// <inheritdoc cref="Predict(IReadOnlyList{HostTensor}, CancellationToken)"/>
    public async Task<float[][]> PredictAsync(
        IReadOnlyList<HostTensor> samples, CancellationToken cancellationToken = default)
    {
        using Request request = new(Request.Predict);
        try
        {
            HostTensor batch = Begin(request, samples);
            Replica replica = await _pool.RentAsync(cancellationToken).ConfigureAwait(false);
            return await Task.Run(() => Run(replica, batch, request), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Failed(request, exception);
            throw;
        }
    }

    /// <summary>
    /// Frees the replicas: those that predict when they are done. Calls that wait end with an
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose() => _pool.Dispose();

    private static List<Replica> LoadAll(Func<Device, Module> load, PredictorOptions options)
    {
        List<Replica> replicas = [];
        try
        {
            while (replicas.Count < options.ActualReplicas)
            {
                replicas.Add(Replica.Load(load, options, replicas.FirstOrDefault()));
            }

            return replicas;
        }
        catch
        {
            replicas.ForEach(replica => replica.Dispose());
            throw;
        }
    }

    private HostTensor Begin(Request request, IReadOnlyList<HostTensor> samples)
    {
        HostTensor batch = SampleBatch.Of(samples, _options);
        request.Activity?.SetTag("nativernn.model", _model);
        request.Activity?.SetTag("nativernn.input_shape", Sizes.Text(batch.Shape));
        return batch;
    }

    private float[][] Run(Replica replica, HostTensor batch, Request request)
    {
        try
        {
            request.Activity?.SetTag("nativernn.device", replica.Device.Name());
            float[][] outputs = replica.Predict(batch);
            request.Outcome = Request.Ok;
            return outputs;
        }
        finally
        {
            _pool.Return(replica);
        }
    }

    private void Failed(Request request, Exception exception)
    {
        request.Failed(exception);
        if (exception is PredictorBusyException)
        {
            request.Outcome = Request.Rejected;
        }
        else if (request.Outcome == Request.Error && exception is not ObjectDisposedException)
        {
            _logger.Failed(exception, _model);
        }
    }
}
