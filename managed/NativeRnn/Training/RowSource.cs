using NativeRnn.Interop;

namespace NativeRnn.Training;

/// <summary>
/// Takes rows out of a data set, in any order, into tensors that the next batch uses again.
/// </summary>
internal sealed class RowSource
{
    private readonly Tensor _data;
    private readonly Tensor? _table;
    private readonly int[] _host = [];
    private readonly int _width;
    private Tensor? _indices;
    private Tensor? _batch;
    private Tensor? _otherIndices;
    private Tensor? _otherBatch;
    private int[] _rows = [];

    internal RowSource(Tensor data)
    {
        _data = data;
        Count = data.Shape[0];
        _width = (int)(data.Length / Count);
        if (data.DType == DType.Int32)
        {
            _host = data.ToInt32Array();
        }
        else
        {
            // A data set is a table, and a batch the look-up of its rows.
            _table = data.Alias([Count, _width]);
        }
    }

    internal int Count { get; }

    internal Device Device => _data.Device;

    /// <summary>Leaves the tensor that was taken last as it is for one more call.</summary>
    internal void Turn()
    {
        (_batch, _otherBatch) = (_otherBatch, _batch);
        (_indices, _otherIndices) = (_otherIndices, _indices);
    }

    /// <summary>The rows, [rows,..]; the tensor's values last until the next call.</summary>
    internal Tensor Take(ReadOnlySpan<int> rows)
    {
        Tensor batch = Room(rows.Length);
        if (_table is not null)
        {
            _indices!.Write(rows);
            Ops.EmbeddingForward(_table, _indices, batch);
            return batch;
        }

        for (int row = 0; row < rows.Length; row++)
        {
            _host.AsSpan(rows[row] * _width, _width).CopyTo(_rows.AsSpan(row * _width));
        }

        batch.Write(_rows.AsSpan(0, rows.Length * _width));
        return batch;
    }

    private Tensor Room(int rows)
    {
        if (_batch is null || _batch.Shape[0] != rows)
        {
            int[] shape = [rows, .. _data.Shape[1..]];
            _batch = Tensor.NewOwned(shape, Device, _data.DType);
            _indices = _table is null ? null : Tensor.NewOwned([rows], Device, DType.Int32);
            _rows = _table is null ? new int[rows * _width] : [];
        }

        return _batch;
    }
}
