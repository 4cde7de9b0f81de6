using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>Batches of a user's own, whose tensors the user makes.</summary>
internal sealed class BatchesFeed : BatchFeed
{
    private readonly IEnumerable<Batch> _source;
    private readonly int[] _shape;
    private IEnumerator<Batch>? _batches;
    private bool _peeked;
    private int _count;
    private long _rows;
    private int _knownCount;
    private long _knownRows;

    /// <summary>Takes the first batch already: its shape builds the model.</summary>
    internal BatchesFeed(IEnumerable<Batch> source)
    {
        _source = source;
        _batches = source.GetEnumerator();
        if (!_batches.MoveNext())
        {
            throw new ArgumentException("there are no batches", nameof(source));
        }

        Tensor first = Checked(_batches.Current).Input;
        (_peeked, Device, InputType, _shape) = (true, first.Device, first.DType, first.Shape.ToArray());
    }

    internal override Device Device { get; }

    internal override ReadOnlySpan<int> InputShape => _shape;

    internal override DType InputType { get; }

    internal override int Batches => _knownCount;

    internal override long Rows => _knownRows;

    internal override string Identity => "batches of the caller's";

    protected override void Start(int epoch, int skip)
    {
        if (!_peeked)
        {
            _batches?.Dispose();
            _batches = _source.GetEnumerator();
        }

        (_count, _rows) = (0, 0);
        for (int batch = 0; batch < skip; batch++)
        {
            if (!Advance())
            {
                throw new InvalidOperationException(
                    $"the run to be resumed had taken {skip} batches of epoch {epoch}, now there are " +
                    $"only {batch}");
            }
        }
    }

    protected override bool Advance()
    {
        if (!_peeked && !_batches!.MoveNext())
        {
            (_knownCount, _knownRows) = (_count, _rows);
            return false;
        }

        _peeked = false;
        _count++;
        _rows += Checked(_batches!.Current).Rows;
        return true;
    }

    protected override Batch LoadForTape() => _batches!.Current;

    public override void Dispose() => _batches?.Dispose();

    private static Batch Checked(Batch batch)
    {
        Sequential.CheckRows(batch.Input, batch.Target);
        if (batch.Lengths is Tensor lengths)
        {
            Sizes.RequireIndices(lengths, "Lengths");
            Sizes.RequireShape(lengths, [batch.Rows], "Lengths");
        }

        if (batch.Weights is Tensor weights)
        {
            BatchWeights.Checked(weights, "Weights");
        }

        return batch;
    }
}
