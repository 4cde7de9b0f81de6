using System.Runtime.InteropServices;

namespace NativeRnn.Models;

/// <summary>A tensor of a model: what it was in each trial, and its name in the graph once it has one.</summary>
internal sealed class GraphValue
{
    private readonly Tensor[] _trials;

    internal GraphValue(Tensor[] trials, bool isConstant)
    {
        _trials = trials;
        IsConstant = isConstant;
        Sizes =
        [
            .. Enumerable.Range(0, trials[0].Rank)
                .Select(axis => TracedSize.Of(trial => trials[trial].Shape[axis])),
        ];
    }

    /// <summary>The one of the first trial.</summary>
    internal Tensor Tensor => _trials[0];

    internal IReadOnlyList<Tensor> Trials => _trials;

    internal TracedSize[] Sizes { get; }

    internal int Rank => Sizes.Length;

    /// <summary>Whether nothing leads from an input of the model to it.</summary>
    internal bool IsConstant { get; }

    /// <summary>What computes it; null of inputs and of what the host has made.</summary>
    internal PairedOperation? Producer { get; set; }

    internal string? Name { get; set; }

    /// <summary>Whether it was the same numbers in all trials.</summary>
    internal bool IsTheSame()
    {
        if (_trials.All(trial => ReferenceEquals(trial, Tensor)))
        {
            return true;
        }

        if (!Sizes.All(size => size.IsFixed))
        {
            return false;
        }

        return Tensor.DType == DType.Int32
            ? _trials.All(trial => trial.ToInt32Array().AsSpan().SequenceEqual(Tensor.ToInt32Array()))
            : _trials.All(trial => Bits(trial).SequenceEqual(Bits(Tensor)));
    }

    /// <summary>The one number that fills it in all trials, whatever its size; null: there are several.</summary>
    internal float? Fill()
    {
        if (Tensor.DType != DType.Float32 || Tensor.Length == 0)
        {
            return null;
        }

        float first = Tensor.ToArray()[0];
        return _trials.All(trial => !trial.ToArray().AsSpan().ContainsAnyExcept(first)) ? first : null;
    }

    private static ReadOnlySpan<int> Bits(Tensor tensor) =>
        MemoryMarshal.Cast<float, int>(tensor.ToArray());
}
