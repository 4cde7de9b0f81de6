using System.Globalization;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Saves the model's weights after epochs, as safetensors; each file appears whole or not at all. To
/// resume a run exactly see <see cref="FitOptions.Checkpoint"/>.
/// </summary>
public sealed class ModelCheckpoint : Callback
{
    private readonly string _path;
    private readonly Monitor? _monitor;

    /// <summary>A saver of weights.</summary>
    /// <param name="path">
    /// The file. <c>{epoch}</c> in it becomes the epoch with four digits, <c>{loss}</c>,
    /// <c>{val_loss}</c> and the like the number, such as <c>best-{epoch}-{val_loss}.safetensors</c>.
    /// Its directory is made.
    /// </param>
    /// <param name="bestOnly">Whether only epochs are saved that are better than all before.</param>
    /// <param name="monitor">What must be better: <c>loss</c>, <c>val_loss</c>, a metric's name, or
    /// <c>val_</c> and it.</param>
    /// <param name="mode">Which way it gets better; null: smaller, for losses only.</param>
    public ModelCheckpoint(
        string path, bool bestOnly = false, string monitor = "val_loss", MonitorMode? mode = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _monitor = bestOnly ? new Monitor(monitor, mode) : null;
    }

    /// <summary>The file that was saved last; null before the first.</summary>
    public string? LastPath { get; private set; }

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context is { Epoch: 1, Batch: 0 })
        {
            _monitor?.Reset();
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        if (_monitor is not null && !_monitor.Improves(result))
        {
            return;
        }

        string path = PathOf(result);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        context.Model.SaveWeights(path);
        LastPath = path;
    }

    /// <inheritdoc/>
    public override void SaveState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _monitor?.Save(state);
    }

    /// <inheritdoc/>
    public override void LoadState(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _monitor?.Load(state);
    }

    private string PathOf(EpochResult result)
    {
        string path = _path.Replace(
            "{epoch}", result.Epoch.ToString("0000", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        foreach ((string name, double value) in EpochValues.Of(result))
        {
            path = path.Replace(
                $"{{{name}}}", value.ToString("0.0000", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        return path;
    }
}
