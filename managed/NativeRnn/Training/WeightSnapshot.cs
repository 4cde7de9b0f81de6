using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>A copy of a model's weights on the host, to go back to.</summary>
internal sealed class WeightSnapshot(Module model)
{
    private readonly Parameter[] _parameters = [.. model.Parameters()];
    private float[][]? _values;

    internal void Take()
    {
        _values ??= [.. _parameters.Select(parameter => new float[parameter.Length])];
        for (int index = 0; index < _parameters.Length; index++)
        {
            _parameters[index].Value.CopyTo(_values[index]);
        }
    }

    internal void Restore()
    {
        for (int index = 0; _values is not null && index < _parameters.Length; index++)
        {
            _parameters[index].Value.Write(_values[index]);
        }
    }
}
