using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>Batches of rows of tensors, gathered on their device.</summary>
internal sealed class RowFeed : BatchFeed
{
    private readonly RowSource _inputs;
    private readonly RowSource _targets;
    private readonly RowSource? _weights;
    private readonly int[] _order;
    private readonly int _batchSize;
    private readonly long? _seed;
    private readonly int[] _shape;
    private readonly RandomStream? _random;
    private int _shuffles;
    private int _start;
    private int _next;

    /// <param name="x">[N,..].</param>
    /// <param name="y">[N,..].</param>
    /// <param name="weights">[N] or null.</param>
    /// <param name="rows">Which of the N.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="seed">Of the orders; null: the rows' own.</param>
    internal RowFeed(
        Tensor x, Tensor y, Tensor? weights, Range rows, int batchSize, long? seed = null)
    {
        (_inputs, _targets) = (new RowSource(x), new RowSource(y));
        _weights = weights is null ? null : new RowSource(weights);
        (int first, int count) = rows.GetOffsetAndLength(x.Shape[0]);
        _order = [.. Enumerable.Range(first, count)];
        (_batchSize, _seed, _shape, InputType) = (batchSize, seed, x.Shape.ToArray(), x.DType);
        _random = seed is long start ? new RandomStream(start) : null;
    }

    internal override Device Device => _inputs.Device;

    internal override ReadOnlySpan<int> InputShape => _shape;

    internal override DType InputType { get; }

    internal override int Batches => (_order.Length + _batchSize - 1) / _batchSize;

    internal override long Rows => _order.Length;

    internal override string Identity =>
        $"{_order.Length} rows, batches of {_batchSize}, shuffle {(_seed is long seed ? seed : "off")}";

    protected override void Start(int epoch, int skip)
    {
        // Each epoch shuffles the order of the one before: a resumed run repeats them all.
        for (; _random is not null && _shuffles < epoch; _shuffles++)
        {
            _random.Shuffle(_order);
        }

        _next = skip * _batchSize;
    }

    protected override bool Advance()
    {
        _start = _next;
        _next = Math.Min(_start + _batchSize, _order.Length);
        return _start < _order.Length;
    }

    protected override bool CanPrepare => true;

    protected override Batch LoadForTape()
    {
        ReadOnlySpan<int> rows = _order.AsSpan(_start, _next - _start);
        return new Batch(_inputs.Take(rows), _targets.Take(rows), _weights?.Take(rows));
    }

    protected override Batch LoadAhead()
    {
        _inputs.Turn();
        _targets.Turn();
        _weights?.Turn();
        return LoadForTape();
    }

    public override void Dispose()
    {
    }
}
