namespace NativeRnn.Layers;

/// <summary>The parameters of an elementwise recurrence, with their values at the start.</summary>
internal sealed class ScanWeights
{
    internal ScanWeights(ScanSettings settings, int inputSize, Device device, long seed)
    {
        RandomStream random = new(seed);
        int rows = settings.Gates * settings.HiddenSize;
        Weight = Make("weight", "weight_ih", [rows, inputSize], values =>
        {
            if (settings.KerasStyle)
            {
                Initializers.Glorot(values, inputSize, rows, random);
            }
            else
            {
                Initializers.Uniform(values, 1 / Math.Sqrt(inputSize), random);
            }
        });
        if (settings.Bias)
        {
            Bias = Make("bias", "bias_ih", [rows], values =>
            {
                if (!settings.KerasStyle)
                {
                    Initializers.Uniform(values, 1 / Math.Sqrt(inputSize), random);
                }
                else if (settings.Kind == Interop.NrnnScanKind.MinLstm)
                {
                    values[..settings.HiddenSize].Fill(1);
                }
            });
        }

        if (settings.HasRecurrentWeights)
        {
            Recurrent = Make("recurrent", "weight_hh", [settings.HiddenSize], values =>
            {
                foreach (ref float value in values)
                {
                    value = random.NextUniform(0, 1);
                }
            });
        }

        // A parameter of all directions, one after the other, each a view of its own.
        Parameter Make(string name, string view, int[] shape, SpanAction fill)
        {
            int length = checked(shape.Aggregate(1, (product, size) => product * size));
            float[] values = new float[length * settings.Directions];
            List<ParameterView> views = [];
            for (int direction = 0; direction < settings.Directions; direction++)
            {
                fill(values.AsSpan(direction * length, length));
                string suffix = direction == 0 ? "_l0" : "_l0_reverse";
                views.Add(new ParameterView(view + suffix, direction * length, shape));
            }

            Tensor value = Tensor.NewOwned([shape[0] * settings.Directions, .. shape[1..]], device);
            value.Write(values);
            return new Parameter(name, value, views);
        }
    }

    private delegate void SpanAction(Span<float> values);

    /// <summary>[D G H,I]</summary>
    internal Parameter Weight { get; }

    /// <summary>[D G H]</summary>
    internal Parameter? Bias { get; }

    /// <summary>u, [D H]; IndRNN only.</summary>
    internal Parameter? Recurrent { get; }
}
