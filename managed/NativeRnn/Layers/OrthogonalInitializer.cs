namespace NativeRnn.Layers;

/// <summary>
/// Orthonormal vectors times a factor: normal numbers, made orthogonal by Gram and Schmidt's method,
/// twice for accuracy. They are the columns of the matrix, or its rows if it is wider than high.
/// </summary>
internal sealed class OrthogonalInitializer(float gain) : Initializer
{
    internal override void Compute(Span<float> values, in WeightShape shape, RandomStream random)
    {
        (int rows, int columns) = (shape.Rows, shape.Columns);
        bool wide = columns > rows;
        (int count, int length) = wide ? (rows, columns) : (columns, rows);
        double[][] vectors = new double[count][];
        for (int index = 0; index < count; index++)
        {
            double[] vector = Next(length, vectors.AsSpan(0, index), random);
            vectors[index] = vector;
            for (int place = 0; place < length; place++)
            {
                int at = wide ? (index * columns) + place : (place * columns) + index;
                values[at] = (float)(gain * vector[place]);
            }
        }
    }

    private static double[] Next(int length, ReadOnlySpan<double[]> others, RandomStream random)
    {
        double[] vector = new double[length];
        foreach (ref double number in vector.AsSpan())
        {
            number = random.NextNormal();
        }

        Orthogonalize(vector, others);
        Orthogonalize(vector, others);
        return vector;
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
