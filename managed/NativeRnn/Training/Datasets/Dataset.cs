using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Samples and how they become batches. Each method gives a new data set and leaves this one as it is.
/// The batches are a pure function of the settings and the epoch, so that a run can be resumed at any
/// batch and ends with the same bits.
/// </summary>
/// <example>
/// <code>
/// Dataset training = Dataset.FromSamples(samples)
///     .Shuffle(seed: 1).BucketByLength(10, 20, 40).Batch(32).Prefetch(4);
/// model.Fit(training, epochs: 10);
/// </code>
/// </example>
public sealed partial class Dataset
{
    private readonly Lengths _lengths;
    private readonly Func<int, Sample> _sample;
    private BatchOrder _order;
    private float _inputPadding;
    private float _targetPadding;
    private int _prefetched;

    private Dataset(int count, Func<int, Sample> sample)
    {
        _sample = sample;
        _order = new BatchOrder { Count = count };
        _lengths = new Lengths(count);
    }

    private Dataset(Dataset other, Func<int, Sample>? sample = null)
    {
        (_sample, _order, _prefetched) = (sample ?? other._sample, other._order, other._prefetched);
        (_inputPadding, _targetPadding) = (other._inputPadding, other._targetPadding);
        _lengths = sample is null ? other._lengths : new Lengths(other.Count);
    }

    /// <summary>How many samples there are.</summary>
    public int Count => _order.Count;

    /// <summary>Samples of a batch; 32 until <see cref="Batch"/> says otherwise.</summary>
    public int BatchSize => _order.BatchSize;

    /// <summary>Batches of an epoch; with buckets it reads all samples once for their lengths.</summary>
    public int BatchCount => _order.Of(0, LengthOf).Count;

    /// <summary>What must be the same for a run to be resumed with this data set.</summary>
    internal string Identity =>
        $"dataset of {Count} samples, batches of {BatchSize}, drop last {_order.DropLast}, " +
        $"shuffle {(_order.Seed is long seed ? seed : "off")}, " +
        $"buckets [{string.Join(", ", _order.Boundaries ?? [])}]";

    /// <summary>A data set of given samples.</summary>
    /// <param name="samples">At least one; kept, not copied.</param>
    public static Dataset FromSamples(IReadOnlyList<Sample> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return FromSamples(samples.Count, index => samples[index]);
    }

    /// <summary>A data set of samples that are made or read when they are needed.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="sample">
    /// Gives the sample of a number from 0 to count - 1, the same each time; with
    /// <see cref="Prefetch"/> on another thread.
    /// </param>
    public static Dataset FromSamples(int count, Func<int, Sample> sample)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(sample);
        return new Dataset(count, sample);
    }

    /// <summary>A data set of the rows of tensors, which are copied to the host.</summary>
    /// <param name="x">Inputs, [N,..].</param>
    /// <param name="y">Targets, [N,..].</param>
    /// <param name="weights">How much each row counts, [N]; null: all the same.</param>
    public static Dataset FromTensors(Tensor x, Tensor y, Tensor? weights = null)
    {
        Sequential.CheckRows(x, y);
        float[]? counts = weights is null ? null : BatchWeights.Checked(weights, x.Shape[0], nameof(weights));
        Func<int, HostTensor> inputs = Rows(x);
        Func<int, HostTensor> targets = Rows(y);
        return new Dataset(
            x.Shape[0], row => new Sample(inputs(row), targets(row), counts?[row] ?? 1));
    }

    /// <summary>Changes each sample when it is read; with <see cref="Prefetch"/> on another thread.</summary>
    /// <param name="change">Gives the changed sample, the same for the same one.</param>
    public Dataset Map(Func<Sample, Sample> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Func<int, Sample> before = _sample;
        return new Dataset(this, index => change(before(index)));
    }

    /// <summary>Takes the samples in a new random order each epoch.</summary>
    /// <param name="seed">Of the orders.</param>
    public Dataset Shuffle(long seed = 1) => new(this) { _order = _order with { Seed = seed } };

    /// <summary>Says how many samples make a batch.</summary>
    /// <param name="size">At least 1.</param>
    /// <param name="dropLast">Leave out batches with fewer samples, one at most in each bucket.</param>
    public Dataset Batch(int size, bool dropLast = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return new(this) { _order = _order with { BatchSize = size, DropLast = dropLast } };
    }

    /// <summary>
    /// Makes batches of sequences of about one length: less padding. Each batch is padded to its
    /// longest sequence only, and the recurrent layers get the lengths.
    /// </summary>
    /// <param name="boundaries">
    /// Ascending lengths, at least 1: where a new bucket begins. 10, 20 makes three: up to 9, 10 to
    /// 19, 20 and more.
    /// </param>
    public Dataset BucketByLength(params ReadOnlySpan<int> boundaries)
    {
        int[] all = boundaries.ToArray();
        for (int index = 0; index < all.Length; index++)
        {
            if (all[index] < 1 || (index > 0 && all[index] <= all[index - 1]))
            {
                throw new ArgumentException(
                    $"boundaries are {Sizes.Text(all)}; they must be at least 1 and ascend",
                    nameof(boundaries));
            }
        }

        return new(this) { _order = _order with { Boundaries = all } };
    }

    /// <summary>Says what stands after the end of sequences that are shorter than their batch.</summary>
    /// <param name="input">In inputs; integers are rounded towards 0.</param>
    /// <param name="target">
    /// In targets with a step for each of the input's; a loss that ignores it, such as
    /// <c>new CrossEntropyLoss(ignoreIndex: -1)</c>, learns nothing from them. A negative number also lets label
    /// sequences, int32 [S], differ in length from their input, as <see cref="CtcLoss"/> takes them and a
    /// <see cref="Seq2Seq"/> writes them.
    /// </param>
    public Dataset Pad(float input = 0, float target = 0) =>
        new(this) { _inputPadding = input, _targetPadding = target };

    /// <summary>Prepares batches on a thread of its own while the model trains.</summary>
    /// <param name="batches">How many are kept ready, at least 1.</param>
    public Dataset Prefetch(int batches = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 1);
        return new(this) { _prefetched = batches };
    }

    /// <summary>Cuts off the last samples, to validate on.</summary>
    /// <param name="validationPart">The part that is cut off, in (0, 1); each side gets a sample at
    /// least.</param>
    public (Dataset Training, Dataset Validation) Split(float validationPart)
    {
        if (!(validationPart > 0 && validationPart < 1) || Count < 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(validationPart), validationPart,
                $"validationPart must be in (0, 1), and there must be two samples; there are {Count}");
        }

        int training = Math.Clamp((int)(Count * (1 - (decimal)validationPart)), 1, Count - 1);
        return (Range(0, training), Range(training, Count - training));
    }

    /// <summary>The same samples, all of them, in their own order: what validation takes.</summary>
    internal Dataset InOrder() => new(this) { _order = _order with { Seed = null, DropLast = false } };

    private Dataset Range(int start, int count)
    {
        Func<int, Sample> all = _sample;
        return new(count, index => all(start + index))
        {
            _order = _order with { Count = count },
            _inputPadding = _inputPadding,
            _targetPadding = _targetPadding,
            _prefetched = _prefetched,
        };
    }

    private static Func<int, HostTensor> Rows(Tensor data)
    {
        int[] shape = data.Shape[1..].ToArray();
        int width = (int)(data.Length / data.Shape[0]);
        if (data.DType == DType.Int32)
        {
            int[] integers = data.ToInt32Array();
            return row => new HostTensor(integers.AsSpan(row * width, width).ToArray(), shape);
        }

        float[] floats = data.ToArray();
        return row => new HostTensor(floats.AsSpan(row * width, width).ToArray(), shape);
    }
}
