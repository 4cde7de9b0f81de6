using NativeRnn;
using NativeRnn.Layers;

namespace Benchmarks;

/// <summary>A stream in NativeRnn.</summary>
internal sealed class NativeRnnStream : IContestant
{
    private readonly Shape _shape;
    private readonly Device _device;
    private readonly RnnWeights _weights;
    private readonly RnnStream _stream;
    private readonly float[] _x;
    private readonly float[] _y;

    public NativeRnnStream(Problem problem, WeightStorage storage)
    {
        _shape = problem.Shape;
        _device = Device.Cpu(1);
        _weights = NativeRnnLayers.Create(problem, _device).Pack(storage);
        _stream = _weights.OpenStream(batch: 1);
        (_x, _y) = (problem.Input, new float[_shape.Hidden]);
    }

    public Library Library => Library.NativeRnn;

    public IReadOnlyDictionary<string, float[]> Results()
    {
        _stream.Reset();
        return StreamResults.Of(_shape, (x, y) => _stream.Step(x, y));
    }

    public void Run() => _stream.Step(_x, _y);

    public void Dispose()
    {
        _stream.Dispose();
        _weights.Dispose();
        _device.Dispose();
    }
}
