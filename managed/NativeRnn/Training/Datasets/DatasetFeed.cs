namespace NativeRnn.Training;

/// <summary>Batches of a <see cref="Dataset"/>: the host's numbers become tensors of the tape.</summary>
internal sealed class DatasetFeed : BatchFeed
{
    private readonly Dataset _data;
    private readonly HostTensor _example;
    private readonly BatchRoom[] _rooms = [new(), new()];
    private IEnumerator<HostBatch>? _batches;
    private int _room;

    internal DatasetFeed(Dataset data, Device device)
    {
        (_data, Device) = (data, device);
        _example = data.First().Input;
        Batches = data.BatchCount;
    }

    internal override Device Device { get; }

    internal override ReadOnlySpan<int> InputShape => _example.Shape;

    internal override DType InputType => _example.DType;

    internal override int Batches { get; }

    internal override long Rows => _data.Count;

    internal override string Identity => _data.Identity;

    protected override void Start(int epoch, int skip)
    {
        _batches?.Dispose();
        _batches = _data.HostBatches(epoch, skip).GetEnumerator();
    }

    protected override bool Advance() => _batches!.MoveNext();

    protected override Batch LoadForTape() => _batches!.Current.ToBatch(Device);

    protected override bool CanPrepare => true;

    protected override Batch LoadAhead()
    {
        _room ^= 1;
        return _rooms[_room].Put(_batches!.Current, Device);
    }

    public override void Dispose() => _batches?.Dispose();
}
