using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Serving;

/// <summary>Checks the samples of a call and puts them into one batch.</summary>
internal static class SampleBatch
{
    /// <returns>[N,..]; of a single sample its own numbers, not a copy.</returns>
    /// <exception cref="ArgumentException">There are none or too many, or one is not as it should be.</exception>
    internal static HostTensor Of(IReadOnlyList<HostTensor> samples, PredictorOptions options)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.Count < 1 || samples.Count > options.MaxBatch)
        {
            throw new ArgumentException(
                $"there are {samples.Count} samples, must be 1 to {options.MaxBatch}", nameof(samples));
        }

        for (int index = 0; index < samples.Count; index++)
        {
            Check(samples[index], $"samples[{index}]", samples[0], options);
        }

        return samples.Count == 1 ? Alone(samples[0]) : Stacked(samples);
    }

    private static void Check(HostTensor? sample, string name, HostTensor first, PredictorOptions options)
    {
        ArgumentNullException.ThrowIfNull(sample, name);
        if (sample.DType != options.InputType)
        {
            throw new ArgumentException(
                $"{name} holds {sample.DType}, the predictor takes {options.InputType} (PredictorOptions.InputType)", name);
        }

        if (options.InputShape is IReadOnlyList<int> shape && !Fits(sample.Shape, shape))
        {
            throw new ArgumentException(
                $"{name} has the shape {Sizes.Text(sample.Shape)}, must have {Sizes.Text([.. shape])}" +
                (shape.Contains(-1) ? ", -1 being any" : ""), name);
        }

        if (sample.Length == 0)
        {
            throw new ArgumentException($"{name} has the shape {Sizes.Text(sample.Shape)}; it must not be empty", name);
        }

        if (!sample.Shape.SequenceEqual(first.Shape))
        {
            throw new ArgumentException(
                $"{name} has the shape {Sizes.Text(sample.Shape)}, samples[0] {Sizes.Text(first.Shape)}; samples of " +
                "one call must be alike", name);
        }

        RequireFinite(sample, name);
    }

    private static bool Fits(ReadOnlySpan<int> shape, IReadOnlyList<int> wanted)
    {
        bool fits = shape.Length == wanted.Count;
        for (int axis = 0; fits && axis < shape.Length; axis++)
        {
            fits = wanted[axis] == -1 || wanted[axis] == shape[axis];
        }

        return fits;
    }

    private static void RequireFinite(HostTensor sample, string name)
    {
        float[] values = sample.Floats ?? [];
        int wrong = Array.FindIndex(values, value => !float.IsFinite(value));
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"element {wrong} of {name} is {values[wrong]}, must be finite", name);
        }
    }

    private static HostTensor Alone(HostTensor sample) => sample.Floats is float[] floats
        ? new HostTensor(floats, [1, .. sample.Shape])
        : new HostTensor(sample.Integers!, [1, .. sample.Shape]);

    private static HostTensor Stacked(IReadOnlyList<HostTensor> samples)
    {
        HostTensor all = HostTensor.Full(samples[0].DType, 0, [samples.Count, .. samples[0].Shape]);
        for (int index = 0; index < samples.Count; index++)
        {
            all.Put(samples[index], index * samples[0].Length);
        }

        return all;
    }
}
