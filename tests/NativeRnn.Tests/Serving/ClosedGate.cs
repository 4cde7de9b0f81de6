using NativeRnn.Layers;
using NativeRnn.Serving;

namespace NativeRnn.Tests.Serving;

/// <summary>A predictor of one replica whose predictions wait until they are let go.</summary>
internal sealed class ClosedGate : IDisposable
{
    private readonly SemaphoreSlim _entered = new(0);
    private readonly SemaphoreSlim _gate = new(0);

    public ClosedGate(PredictorOptions? options = null)
    {
        Predictor = new Predictor(_ => new Lambda(Wait), (options ?? new()) with { Replicas = 1 });
    }

    public Predictor Predictor { get; }

    public void Open(int count = 1) => _gate.Release(count);

    /// <summary>Starts a prediction; when this returns it has the replica.</summary>
    public async Task<Task<float[]>> Occupy()
    {
        Task<float[]> running = Predictor.PredictAsync(1f);
        await _entered.WaitAsync();
        return running;
    }

    public void Dispose()
    {
        Predictor.Dispose();
        _entered.Dispose();
        _gate.Dispose();
    }

    private Tensor Wait(Tensor input)
    {
        _entered.Release();
        _gate.Wait();
        return input;
    }
}
