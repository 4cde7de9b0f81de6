using NativeRnn.Formats;
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

    internal void Save(TrainingState state)
    {
        for (int index = 0; _values is not null && index < _parameters.Length; index++)
        {
            Tensor value = _parameters[index].Value;
            state.Set($"weights/{index}", Tensor.From(_values[index], value.Shape, value.Device));
        }
    }

    internal void Load(TrainingState state)
    {
        _values = [.. _parameters.Select(
            (_, index) => state.GetTensor($"weights/{index}").ToArray())];
        for (int index = 0; index < _parameters.Length; index++)
        {
            if (_values[index].Length != _parameters[index].Length)
            {
                throw new ModelFormatException(
                    $"the saved weights {index} have {_values[index].Length} numbers, the model's " +
                    $"{_parameters[index].Length}");
            }
        }
    }
}
