namespace NativeRnn.Tests.Tensors;

/// <summary>A dense array with a shape on the host: what the plain loops of these tests compute with.</summary>
internal sealed record HostArray(float[] Values, int[] Shape)
{
    internal int Length => Values.Length;

    /// <summary>Numbers in ±(0.3 to 1.3), no two alike: away from 0, where some have no derivative.</summary>
    internal static HostArray Random(int[] shape, int seed, bool positive = false)
    {
        var random = new Random(seed);
        int length = shape.Aggregate(1, (product, size) => product * size);
        var values = new float[length];
        for (int i = 0; i < length; i++)
        {
            float magnitude = 0.3f + random.NextSingle();
            values[i] = positive || random.Next(2) == 0 ? magnitude : -magnitude;
        }
        return new HostArray(values, shape);
    }

    /// <summary>Shuffled numbers more than two steps of a difference apart: none overtakes another.</summary>
    internal static HostArray Spread(int[] shape, int seed)
    {
        int length = shape.Aggregate(1, (product, size) => product * size);
        float gap = Math.Max(3f / length, 0.03f);
        float[] values = [.. Enumerable.Range(0, length).Select(i => (i - (length / 2f)) * gap)];
        new Random(seed).Shuffle(values);
        return new HostArray(values, shape);
    }

    internal static HostArray Of(Tensor tensor) => new(tensor.ToArray(), tensor.Shape.ToArray());

    /// <summary>Computes each element from its index.</summary>
    internal static HostArray Build(int[] shape, Func<int[], double> element)
    {
        int length = shape.Aggregate(1, (product, size) => product * size);
        var values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)element(IndexOf(i, shape));
        return new HostArray(values, shape);
    }

    /// <summary>The element at an index of a shape that this one is broadcast to.</summary>
    internal float At(params int[] index)
    {
        int place = 0, skip = index.Length - Shape.Length;
        for (int axis = 0; axis < Shape.Length; axis++)
            place = (place * Shape[axis]) + (Shape[axis] == 1 ? 0 : index[axis + skip]);
        return Values[place];
    }

    internal Tensor On(Device device) => Tensor.From(Values, Shape, device);

    private static int[] IndexOf(int place, int[] shape)
    {
        var index = new int[shape.Length];
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            index[axis] = place % shape[axis];
            place /= shape[axis];
        }
        return index;
    }
}
