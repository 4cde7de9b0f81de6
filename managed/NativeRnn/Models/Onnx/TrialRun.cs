using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>One run of a model while all its operations are traced.</summary>
/// <param name="Operations">What it computed.</param>
/// <param name="Inputs">What it was given.</param>
/// <param name="Outputs">What it gave.</param>
internal sealed record TrialRun(
    IReadOnlyList<TracedOperation> Operations, Tensor[] Inputs, (string Name, Tensor Tensor)[] Outputs)
{
    /// <summary>Runs a model with several sizes of its free axes.</summary>
    internal static TrialRun[] All(
        Module model,
        IReadOnlyList<OnnxInput> inputs,
        TrialSizes sizes,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<(string Name, Tensor Tensor)>> forward)
    {
        Device device = model.NamedModules().SelectMany(named => named.Module.OwnParameters)
            .FirstOrDefault()?.Value.Device ?? Device.Default;
        if (device.ActiveTape is not null)
        {
            throw new InvalidOperationException("a tape of the model's device is on: export before or after");
        }

        int vocabulary = model.NamedModules().Select(named => named.Module).OfType<Embedding>()
            .Select(embedding => embedding.Vocabulary).DefaultIfEmpty(2).Min();
        Tensor[] Sample(int trial) =>
            [.. inputs.Select(input => input.Sample(sizes, trial, vocabulary, device))];

        return model.InEvaluation(() =>
        {
            // What is made on first use, such as weights, must not be a part of one trial only.
            forward(Sample(0));
            return Enumerable.Range(0, TrialSizes.Count)
                .Select(trial => Once(device, Sample(trial), forward)).ToArray();
        });
    }

    private static TrialRun Once(
        Device device,
        Tensor[] inputs,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<(string Name, Tensor Tensor)>> forward)
    {
        using OperationTrace trace = new(device);
        IReadOnlyList<(string Name, Tensor Tensor)> outputs = forward(inputs)
            ?? throw new InvalidOperationException("the model gave no outputs");
        return new TrialRun(trace.Operations, inputs, [.. outputs]);
    }
}
