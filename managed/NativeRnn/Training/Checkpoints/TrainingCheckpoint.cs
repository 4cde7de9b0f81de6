using System.Diagnostics;
using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Saves and resumes a run: one safetensors file, moved to its place when it is whole, so that at any
/// moment there is the last checkpoint or the one before.
/// </summary>
internal sealed class TrainingCheckpoint(
    FitOptions fit,
    TrainingContext context,
    FitState position,
    FitStep step,
    Metric[] metrics,
    string data)
{
    private const string Format = "NativeRnn training 1";
    private const string Step = "step/";
    private const string Average = "average/";

    private readonly CheckpointOptions _options = fit.Checkpoint!;
    private readonly IReadOnlyList<Callback> _callbacks = fit.Callbacks;
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private int _batches;

    /// <summary>A batch is done: saves if it is time.</summary>
    internal void AfterBatch()
    {
        _batches++;
        bool due = _options.EveryBatches > 0 && _batches >= _options.EveryBatches;
        bool late = _options.EverySeconds > 0 && _since.Elapsed.TotalSeconds >= _options.EverySeconds;
        if (due || late)
        {
            Save();
        }
    }

    internal void Save()
    {
        TrainingState all = ModelState.Save(context.Model, context.Optimizer);
        all.Set("format", Format);
        all.Set("data", data);
        all.Add("position/", position.Save());
        all.Add(Step, step.SaveState());
        if (fit.WeightAverage is not null)
        {
            foreach ((string name, Tensor tensor) in fit.WeightAverage.StateDict())
            {
                all.Set(Average + name, tensor);
            }
        }

        foreach (Metric metric in metrics)
        {
            TrainingState own = new();
            metric.SaveState(own);
            all.Add($"metrics/{metric.Name}/", own);
        }

        for (int index = 0; index < _callbacks.Count; index++)
        {
            TrainingState own = new();
            _callbacks[index].SaveState(own);
            all.Add($"{NameOf(index)}/", own);
        }

        Directory.CreateDirectory(_options.Directory);
        Safetensors.Save(_options.FilePath, all.Tensors, all.Texts);
        _batches = 0;
        _since.Restart();
    }

    /// <summary>Goes on from the file, if it is there and wanted.</summary>
    internal void Resume()
    {
        RemoveUnfinished();
        if (!_options.Resume || !File.Exists(_options.FilePath))
        {
            return;
        }

        TrainingState all = Read();
        Require(all, "format", Format);
        Require(all, "data", data);
        ModelState.Load(context.Model, context.Optimizer, all);
        position.Load(all.Part("position/"));
        step.LoadState(all.Part(Step));
        fit.WeightAverage?.LoadStateDict(all.Part(Average).Tensors);
        foreach (Metric metric in metrics)
        {
            TrainingState own = all.Part($"metrics/{metric.Name}/");
            metric.Reset();
            if (!own.IsEmpty)
            {
                metric.LoadState(own);
            }
        }

        for (int index = 0; index < _callbacks.Count; index++)
        {
            TrainingState own = all.Part($"{NameOf(index)}/");
            if (!own.IsEmpty)
            {
                _callbacks[index].LoadState(own);
            }
        }
    }

    private string NameOf(int index) => $"callbacks/{index}/{_callbacks[index].GetType().Name}";

    // What a killed run was writing.
    private void RemoveUnfinished()
    {
        if (Directory.Exists(_options.Directory))
        {
            foreach (string file in Directory.EnumerateFiles(
                _options.Directory, $"{CheckpointOptions.FileName}.*.tmp"))
            {
                File.Delete(file);
            }
        }
    }

    private TrainingState Read()
    {
        SafetensorsFile file = Safetensors.Load(
            _options.FilePath, context.Model.Parameters().First().Value.Device);
        TrainingState all = new();
        foreach ((string name, string text) in file.Metadata)
        {
            all.Set(name, text);
        }

        foreach ((string name, Tensor tensor) in file.Tensors)
        {
            all.Set(name, tensor);
        }

        return all;
    }

    private void Require(TrainingState all, string name, string wanted)
    {
        string found = all.GetText(name);
        if (found != wanted)
        {
            throw new InvalidOperationException(
                $"{_options.FilePath} is of another run: its {name} is '{found}', that of this run " +
                $"'{wanted}'. Resume with the same data and settings, or set resume to false");
        }
    }
}
