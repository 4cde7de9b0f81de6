namespace NativeRnn.Layers;

/// <summary>The weights that layers start with, after PyTorch and after Keras.</summary>
internal static class Initializers
{
    /// <summary>Uniform in [-bound, bound).</summary>
    internal static void Uniform(Span<float> values, double bound, RandomStream random)
    {
        foreach (ref float value in values)
        {
            value = random.NextUniform(-bound, bound);
        }
    }

    /// <summary>Uniform, so that signals keep their size both ways (Glorot 2010).</summary>
    internal static void Glorot(
        Span<float> values, long inputs, long outputs, RandomStream random) =>
        Uniform(values, Math.Sqrt(6.0 / (inputs + outputs)), random);

    internal static void Normal(Span<float> values, RandomStream random)
    {
        foreach (ref float value in values)
        {
            value = (float)random.NextNormal();
        }
    }

    /// <summary>
    /// A matrix [rows, columns] with orthonormal columns, rows at least columns (Saxe 2014): normal
    /// numbers, made orthogonal by Gram and Schmidt's method, twice for accuracy.
    /// </summary>
    internal static void Orthogonal(
        Span<float> matrix, int rows, int columns, RandomStream random)
    {
        double[][] vectors = new double[columns][];
        for (int column = 0; column < columns; column++)
        {
            double[] vector = new double[rows];
            for (int row = 0; row < rows; row++)
            {
                vector[row] = random.NextNormal();
            }

            Orthogonalize(vector, vectors.AsSpan(0, column));
            Orthogonalize(vector, vectors.AsSpan(0, column));
            vectors[column] = vector;
            for (int row = 0; row < rows; row++)
            {
                matrix[(row * columns) + column] = (float)vector[row];
            }
        }
    }

    /// <summary>All weights of a recurrent layer, by the names of their views.</summary>
    internal static float[] Recurrent(
        RnnPlan plan, RecurrentSettings settings, IReadOnlyList<ParameterView> views, long seed)
    {
        RandomStream random = new(seed);
        float[] values = new float[plan.ParamsLength];
        foreach (ParameterView view in views)
        {
            Span<float> part = values.AsSpan(view.Offset, view.Length);
            if (view.Name.StartsWith("weight_norm", StringComparison.Ordinal))
            {
                part.Fill(1);
            }
            else if (view.Name.StartsWith("bias_norm", StringComparison.Ordinal))
            {
                part.Clear();
            }
            else if (settings.KerasStyle)
            {
                FillAsKeras(part, view, settings, random);
            }
            else
            {
                Uniform(part, 1 / Math.Sqrt(settings.HiddenSize), random);
            }
        }

        return values;
    }

    // Glorot for the input's weights, orthogonal for the recurrent ones, zero biases, but 1 for the
    // forget gate of the LSTM (Jozefowicz 2015).
    private static void FillAsKeras(
        Span<float> values, ParameterView view, RecurrentSettings settings, RandomStream random)
    {
        if (view.Name.StartsWith("weight_ih", StringComparison.Ordinal))
        {
            Glorot(values, view.Shape[1], view.Shape[0], random);
        }
        else if (view.Name.StartsWith("weight_hh", StringComparison.Ordinal))
        {
            Orthogonal(values, view.Shape[0], view.Shape[1], random);
        }
        else if (view.Name.StartsWith("weight_peephole", StringComparison.Ordinal))
        {
            Glorot(values, settings.HiddenSize, settings.HiddenSize, random);
        }
        else if (settings.Cell == RnnCell.Lstm
            && view.Name.StartsWith("bias_ih", StringComparison.Ordinal))
        {
            // Gates lie as i f g o, coupled ones as f g o.
            int forget = settings.Options.CoupledGates ? 0 : settings.HiddenSize;
            values.Slice(forget, settings.HiddenSize).Fill(1);
        }
    }

    private static void Orthogonalize(double[] vector, ReadOnlySpan<double[]> others)
    {
        foreach (double[] other in others)
        {
            double along = Dot(vector, other);
            for (int row = 0; row < vector.Length; row++)
            {
                vector[row] -= along * other[row];
            }
        }

        double length = Math.Sqrt(Dot(vector, vector));
        for (int row = 0; row < vector.Length; row++)
        {
            vector[row] /= length;
        }
    }

    private static double Dot(double[] left, double[] right)
    {
        double sum = 0;
        for (int row = 0; row < left.Length; row++)
        {
            sum += left[row] * right[row];
        }

        return sum;
    }
}
