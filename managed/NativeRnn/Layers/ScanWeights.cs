using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// The parameters of an elementwise recurrence, with their values at the start: each holds all
/// directions, one after the other, and has a view for each.
/// </summary>
internal sealed class ScanWeights
{
    private readonly ScanSettings _settings;
    private readonly int _inputSize;
    private readonly Device _device;
    private readonly RandomStream _random;

    internal ScanWeights(ScanSettings settings, int inputSize, Device device, long seed)
    {
        _settings = settings;
        _inputSize = inputSize;
        _device = device;
        _random = new RandomStream(seed);
        int rows = settings.Gates * settings.HiddenSize;
        Weight = Make("weight", "weight_ih", [rows, inputSize], FillWeight);
        Bias = settings.Bias ? Make("bias", "bias_ih", [rows], FillBias) : null;
        Recurrent = settings.HasRecurrentWeights
            ? Make("recurrent", "weight_hh", [settings.HiddenSize], FillRecurrent)
            : null;
    }

    private delegate void Fill(Span<float> values);

    /// <summary>[D G H,I]</summary>
    internal Parameter Weight { get; }

    /// <summary>[D G H]</summary>
    internal Parameter? Bias { get; }

    /// <summary>u, [D H]; IndRNN only.</summary>
    internal Parameter? Recurrent { get; }

    private Parameter Make(string name, string view, int[] shape, Fill fill)
    {
        int length = shape.Aggregate(1, (product, size) => checked(product * size));
        float[] values = new float[checked(length * _settings.Directions)];
        List<ParameterView> views = [];
        for (int direction = 0; direction < _settings.Directions; direction++)
        {
            fill(values.AsSpan(direction * length, length));
            string suffix = direction == 0 ? "_l0" : "_l0_reverse";
            views.Add(new ParameterView(view + suffix, direction * length, shape));
        }

        Tensor value = Tensor.NewOwned([shape[0] * _settings.Directions, .. shape[1..]], _device);
        value.Write(values);
        return new Parameter(name, value, views);
    }

    private void FillWeight(Span<float> values)
    {
        WeightShape shape = WeightShape.Matrix(
            values.Length / _inputSize, _inputSize, _inputSize);
        if (_settings.KerasStyle)
        {
            Initializer.GlorotUniform.Fill(values, shape, _random);
        }
        else
        {
            Initializer.PyTorchUniform.Fill(values, shape, _random);
        }
    }

    private void FillBias(Span<float> values)
    {
        if (!_settings.KerasStyle)
        {
            Initializer.PyTorchUniform.Fill(
                values, WeightShape.Vector(values.Length, _inputSize), _random);
        }
        else if (_settings.Kind == NrnnScanKind.MinLstm)
        {
            // Gates lie as f i n: the forget gate.
            values[.._settings.HiddenSize].Fill(1);
        }
    }

    private void FillRecurrent(Span<float> values)
    {
        foreach (ref float value in values)
        {
            value = _random.NextUniform(0, 1);
        }
    }
}
