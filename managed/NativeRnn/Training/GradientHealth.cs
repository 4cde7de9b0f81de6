using System.Globalization;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// How gradients fare on their way back through time: the norm of dL/dh_t at each step t of each
/// recurrent layer, measured on demand. Where they fall towards 0 they vanish, where they grow they
/// explode (Pascanu 2013). Measuring runs step by step, so it is slower than training.
/// </summary>
public sealed class GradientHealth
{
    private GradientHealth(IReadOnlyList<LayerGradients> layers) => Layers = layers;

    /// <summary>
    /// An entry for each recurrent layer, layer of its stack and direction, in the order in which they
    /// ran; a layer that runs several times has several.
    /// </summary>
    public IReadOnlyList<LayerGradients> Layers { get; }

    /// <summary>Measures a compiled model on a batch, without dropout.</summary>
    /// <param name="model">Compiled; it is built if it was not.</param>
    /// <param name="x">Inputs, [B,..].</param>
    /// <param name="y">Targets, [B,..].</param>
    /// <param name="lengths">The valid steps of each row, int32 [B]; null: all.</param>
    /// <exception cref="InvalidOperationException">The model is not compiled, or no recurrent layer ran.
    /// </exception>
    public static GradientHealth Measure(Sequential model, Tensor x, Tensor y, Tensor? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Sequential.CheckRows(x, y);
        Loss loss = model.CompiledLoss;
        model.Build(x.Shape, x.DType, x.Device);
        return Measure(model, loss, new Batch(x, y, null, lengths));
    }

    /// <summary>Measures any model, without dropout. Its gradients stay as they are.</summary>
    /// <param name="model">Built.</param>
    /// <param name="loss">Runs the model and gives the loss, one number.</param>
    /// <exception cref="InvalidOperationException">A layer is not built, or no recurrent layer ran.
    /// </exception>
    public static GradientHealth Measure(Module model, Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        Parameter[] parameters = [.. model.Parameters()];
        if (parameters.Length == 0)
        {
            throw new InvalidOperationException("the model has no parameters");
        }

        float[][] gradients = [.. parameters.Select(parameter => parameter.Gradient.ToArray())];
        try
        {
            return model.InEvaluation(() =>
            {
                using GradientProbe probe = GradientProbe.Start();
                using GradientTape tape = parameters[0].Value.Device.Record();
                tape.Backward(loss());
                return new GradientHealth(LayersOf(model, probe, tape));
            });
        }
        finally
        {
            for (int index = 0; index < parameters.Length; index++)
            {
                parameters[index].Gradient.Write(gradients[index]);
            }
        }
    }

    /// <summary>A line for each layer: the first, smallest, largest and last norm.</summary>
    public override string ToString() => string.Join('\n', Layers.Select(layer => string.Create(
        CultureInfo.InvariantCulture,
        $"{layer.Title}: first {layer.Norms[0]:G3}, smallest {layer.Norms.Min():G3}, " +
        $"largest {layer.Norms.Max():G3}, last {layer.Norms[^1]:G3}")));

    internal static GradientHealth Measure(Sequential model, Loss loss, Batch batch) => Measure(
        model,
        () => model.Judge(batch, loss).Evaluate(loss, batch.Weights));

    private static LayerGradients[] LayersOf(Module model, GradientProbe probe, GradientTape tape)
    {
        if (probe.Runs.Count == 0)
        {
            throw new InvalidOperationException(
                "no recurrent layer ran, so there is no gradient by a step to measure");
        }

        return
        [
            .. from run in probe.Runs
               let name = model.NamedModules().FirstOrDefault(named => named.Module == run.Layer).Name
               select new LayerGradients(
                   run.Layer, string.IsNullOrEmpty(name) ? run.Layer.GetType().Name : name, run,
                   run.GradientNorms(tape)),
        ];
    }
}
