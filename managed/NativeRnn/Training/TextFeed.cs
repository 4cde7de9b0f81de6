using NativeRnn.Data;

namespace NativeRnn.Training;

/// <summary>
/// The windows of a text as tensors, which the next window of the same length uses again.
/// </summary>
internal sealed class TextFeed
{
    private readonly TextWindows _windows;
    private readonly Device _device;
    private readonly int[] _hostInputs;
    private readonly int[] _hostTargets;
    private readonly Dictionary<int, (Tensor Inputs, Tensor Targets)> _tensors = [];

    internal TextFeed(TextWindows windows, Device device)
    {
        _windows = windows;
        _device = device;
        _hostInputs = new int[windows.Sequence * windows.Batch];
        _hostTargets = new int[windows.Sequence * windows.Batch];
        (Inputs, Targets) = TensorsOf(windows.StepsOf(0));
    }

    internal int Count => _windows.Count;

    internal int Batch => _windows.Batch;

    /// <summary>The window's characters, [T,B].</summary>
    internal Tensor Inputs { get; private set; }

    /// <summary>What follows each of them, [T,B].</summary>
    internal Tensor Targets { get; private set; }

    internal TextWindow Load(int window)
    {
        TextWindow loaded = _windows.Fill(window, _hostInputs, _hostTargets);
        int length = loaded.Steps * Batch;
        (Inputs, Targets) = TensorsOf(loaded.Steps);
        Inputs.Write(_hostInputs.AsSpan(0, length));
        Targets.Write(_hostTargets.AsSpan(0, length));
        return loaded;
    }

    private (Tensor Inputs, Tensor Targets) TensorsOf(int steps)
    {
        if (!_tensors.TryGetValue(steps, out (Tensor, Tensor) tensors))
        {
            int[] shape = [steps, Batch];
            tensors = (
                Tensor.NewOwned(shape, _device, DType.Int32),
                Tensor.NewOwned(shape, _device, DType.Int32));
            _tensors.Add(steps, tensors);
        }

        return tensors;
    }
}
