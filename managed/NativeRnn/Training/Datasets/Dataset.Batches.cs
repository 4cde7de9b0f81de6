namespace NativeRnn.Training;

/// <content>Making batches.</content>
public sealed partial class Dataset
{
    /// <summary>The batches of an epoch, for a training loop of one's own.</summary>
    /// <param name="epoch">Decides the order, if the data set is shuffled.</param>
    /// <param name="skip">Batches at the start that are left out, and not made either.</param>
    /// <param name="device">Where the tensors go; null: <see cref="Device.Default"/>.</param>
    /// <returns>Batches whose tensors are made when the loop takes them, on its thread: while a tape is
    /// on they belong to it.</returns>
    public IEnumerable<Batch> Batches(int epoch = 1, int skip = 0, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        return HostBatches(epoch, skip).Select(batch => batch.ToBatch(device ?? Device.Default));
    }

    /// <summary>A batch of the first sample, whose shape builds a model.</summary>
    internal HostBatch First() => Assemble([0]);

    internal IEnumerable<HostBatch> HostBatches(int epoch, int skip)
    {
        IEnumerable<HostBatch> batches = _order.Of(epoch, LengthOf).Skip(skip).Select(Assemble);
        return _prefetched == 0 ? batches : Prefetching.Of(batches, _prefetched);
    }

    private HostBatch Assemble(int[] samples) =>
        new BatchAssembly(_inputPadding, _targetPadding).Assemble([.. samples.Select(Checked)]);

    private Sample Checked(int index)
    {
        Sample sample = _sample(index) ?? throw new InvalidOperationException(
            $"sample {index} of the data set is null");
        return sample.Weight >= 0 && float.IsFinite(sample.Weight)
            ? sample
            : throw new InvalidOperationException(
                $"sample {index} of the data set has the weight {sample.Weight}; it must be at least " +
                "0 and finite");
    }

    private int LengthOf(int index) => _lengths.Of(index, Checked);

    /// <summary>The samples' lengths, each asked for once.</summary>
    private sealed class Lengths(int count)
    {
        private readonly int[] _known = new int[count];

        internal int Of(int index, Func<int, Sample> sample)
        {
            if (_known[index] == 0)
            {
                ReadOnlySpan<int> shape = sample(index).Input.Shape;
                _known[index] = shape.Length > 0 && shape[0] > 0
                    ? shape[0]
                    : throw new InvalidOperationException(
                        $"the input of sample {index} has no steps, so it has no length");
            }

            return _known[index];
        }
    }
}
