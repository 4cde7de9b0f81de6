using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// The gradients of several batches, added up for one step of the optimiser (gradient accumulation): the
/// step is that of one large batch, if the loss is a mean over rows.
/// </summary>
/// <param name="optimizer">Whose gradients they are.</param>
/// <param name="steps">Batches of a step.</param>
internal sealed class AccumulatedGradient(Optimizer optimizer, int steps)
{
    private int _batches;
    private long _rows;
    private int _firstRows;

    /// <summary>Whether gradients wait for a step.</summary>
    internal bool IsPending => _batches > 0;

    /// <summary>Whether the step follows.</summary>
    internal bool IsFull => _batches == steps;

    /// <summary>Takes a batch in.</summary>
    /// <returns>What its mean loss is multiplied by: 1 for as many rows as the first batch's.</returns>
    internal float Add(int rows)
    {
        _firstRows = IsPending ? _firstRows : rows;
        _batches++;
        _rows += rows;
        return (float)rows / _firstRows;
    }

    /// <summary>Makes the sum the mean over all rows; the gradients wait no more.</summary>
    internal void Average()
    {
        if (_rows != _firstRows)
        {
            optimizer.ScaleGradients((float)((double)_firstRows / _rows));
        }

        (_batches, _rows) = (0, 0);
    }

    /// <summary>Drops what waits.</summary>
    internal void Drop()
    {
        optimizer.ZeroGrad();
        (_batches, _rows) = (0, 0);
    }

    /// <summary>Tells what waits, without the gradients themselves.</summary>
    internal TrainingState Save()
    {
        TrainingState state = new();
        state.Set("batches", _batches);
        state.Set("rows", _rows);
        state.Set("first_rows", _firstRows);
        return state;
    }

    internal void Load(TrainingState state)
    {
        _batches = checked((int)state.GetInt64("batches"));
        _rows = state.GetInt64("rows");
        _firstRows = checked((int)state.GetInt64("first_rows"));
    }
}
