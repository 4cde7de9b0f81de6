namespace NativeRnn.Layers;

/// <summary>
/// Adds to each step what says where it stands. Sinusoidal (Vaswani 2017): number 2i of step t is
/// sin(t / 10000^(2i/E)), number 2i + 1 is cos of the same. Learned: a table of vectors, named
/// weight, that starts normal with deviation 0.02 (Devlin 2019).
/// </summary>
public sealed class PositionalEncoding : Module
{
    private readonly Device _device;
    private Tensor? _table;
    private readonly Dropout _dropout;

    /// <summary>A layer.</summary>
    /// <param name="embedDim">Numbers of a step, E, 1 to 65536.</param>
    /// <param name="maxLength">The most steps, 1 to 65536.</param>
    /// <param name="dropout">On the sum, in training only, in [0, 1).</param>
    /// <param name="learned">Whether the vectors are learnt.</param>
    /// <param name="seed">Of vectors and dropout; null: the next of <see cref="RandomSeed"/>.
    /// </param>
    /// <param name="device">Of the vectors; null: <see cref="Device.Default"/>.</param>
    public PositionalEncoding(
        int embedDim,
        int maxLength = 5000,
        float dropout = 0,
        bool learned = false,
        long? seed = null,
        Device? device = null)
    {
        EmbedDim = Sizes.Require(embedDim, nameof(embedDim));
        MaxLength = Sizes.Require(maxLength, nameof(maxLength));
        if ((long)embedDim * maxLength > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxLength), maxLength, "maxLength times embedDim is too large");
        }

        long first = seed ?? RandomSeed.Next();
        _dropout = Register("dropout", new Dropout(dropout, RandomStream.Mix(first, 0)));
        _device = device ?? Device.Default;
        if (learned)
        {
            float[] values = new float[maxLength * embedDim];
            Initializer.RandomNormal(deviation: 0.02f).Fill(
                values,
                WeightShape.Matrix(maxLength, embedDim, embedDim),
                new RandomStream(RandomStream.Mix(first, 1)));
            _table = NewTable(values);
            Weight = Register(new Parameter("weight", _table));
        }
    }

    /// <summary>Numbers of a step, E.</summary>
    public int EmbedDim { get; }

    /// <summary>The most steps.</summary>
    public int MaxLength { get; }

    /// <summary>The learnt vectors, [maxLength,E]; null if sinusoidal.</summary>
    public Parameter? Weight { get; }

    internal float Dropout => _dropout.Rate;

    // Sinusoids take memory only once they are used: a file may ask for more than it holds.
    private Tensor Table => _table ??= NewTable(Sinusoids());

    /// <summary>Adds the places.</summary>
    /// <param name="input">[B,T,E], T at most <see cref="MaxLength"/>.</param>
    /// <returns>The same shape.</returns>
    public override Tensor Forward(Tensor input)
    {
        SequenceAttention.RequireSequence(input, EmbedDim, nameof(input));
        int steps = input.Shape[1];
        return steps <= MaxLength
            ? _dropout.Forward(input + Table[..steps])
            : throw new ArgumentException(
                $"input has {steps} steps, at most {MaxLength} have a place", nameof(input));
    }

    private Tensor NewTable(float[] values)
    {
        Tensor table = Tensor.NewOwned([MaxLength, EmbedDim], _device);
        table.Write(values);
        return table;
    }

    private float[] Sinusoids()
    {
        int size = EmbedDim;
        float[] values = new float[MaxLength * size];
        for (int at = 0; at < values.Length; at++)
        {
            (int step, int number) = (at / size, at % size);
            double angle = step / Math.Pow(10000, (double)(number - (number % 2)) / size);
            values[at] = (float)(number % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
        }

        return values;
    }
}
