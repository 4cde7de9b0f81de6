using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Finds where a number that is not finite came from, after one was seen: the batch runs again, layer
/// by layer and step by step, without dropout.
/// </summary>
internal static class NonFiniteSearch
{
    private const string AllFinite = ", though the output of each layer is finite";

    /// <summary>", first in layer 0 (Lstm) at time step 3".</summary>
    internal static string InForward(Sequential model, in Batch batch)
    {
        if (batch.Input.DType == DType.Float32 && Place(batch.Input) is string place)
        {
            return $", first in the input at {place}";
        }

        Batch given = batch;
        return model.InEvaluation(() => InLayers(model, given));
    }

    /// <summary>As <see cref="InForward"/>, for gradients; those of the parameters are still there.</summary>
    internal static string InBackward(Sequential model, Loss loss, in Batch batch)
    {
        // Backward runs from the last layer to the first.
        foreach ((string path, Module module) in model.NamedModules().Reverse())
        {
            Parameter? parameter = module.OwnParameters.FirstOrDefault(
                own => Place(own.Gradient) is not null);
            if (parameter is not null)
            {
                string name = path.Length == 0 ? parameter.Name : $"{path}.{parameter.Name}";
                return $", first in '{name}' ({module.GetType().Name})"
                    + StepOf(module, GradientHealth.Measure(model, loss, batch));
            }
        }

        return ", though the gradient of each parameter is finite: their squares are too large";
    }

    private static string InLayers(Sequential model, in Batch batch)
    {
        using GradientTape tape = batch.Input.Device.Record(gradients: false);
        if (model.Writer is Seq2Seq writer)
        {
            using GradientProbe probe = GradientProbe.Start();
            return Place(JudgedBatch.Of(writer, batch).Predictions) is null
                ? AllFinite
                : $", first in layer 0 ({nameof(Seq2Seq)}){StepOf(probe)}";
        }

        MaskedTensor output = new(batch.Input, Sequential.MaskOf(batch));
        for (int index = 0; index < model.Layers.Count; index++)
        {
            Module layer = model.Layers[index];
            using GradientProbe probe = GradientProbe.Start();
            output = layer.ForwardMasked(output.Output, output.Mask);
            if (Place(output.Output) is not null)
            {
                return $", first in layer {index} ({layer.GetType().Name}){StepOf(probe)}";
            }
        }

        return AllFinite;
    }

    private static string StepOf(GradientProbe probe)
    {
        int? step = probe.Runs.Select(run => run.FirstNotFinite()).FirstOrDefault(found => found is not null);
        return step is null ? string.Empty : $" at time step {step}";
    }

    private static string StepOf(Module module, GradientHealth health)
    {
        // Of a stack, the last layer's backward pass runs first.
        foreach (LayerGradients layer in health.Layers.Reverse().Where(layer => layer.Module == module))
        {
            IEnumerable<int> steps = Enumerable.Range(0, layer.Norms.Count);
            foreach (int step in layer.RunsReversed ? steps : steps.Reverse())
            {
                if (!double.IsFinite(layer.Norms[step]))
                {
                    return $" at time step {step}";
                }
            }
        }

        return string.Empty;
    }

    // "row 3, time step 5", or null if all is finite.
    private static string? Place(Tensor tensor)
    {
        int at = Array.FindIndex(tensor.ToArray(), value => !float.IsFinite(value));
        if (at < 0 || tensor.Rank == 0)
        {
            return at < 0 ? null : "its only element";
        }

        int width = (int)(tensor.Length / tensor.Shape[0]);
        string step = tensor.Rank == 3 ? $", time step {at % width / tensor.Shape[2]}" : string.Empty;
        return $"row {at / width}{step}";
    }
}
