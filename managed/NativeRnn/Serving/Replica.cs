using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Serving;

/// <summary>A model on a device of its own. One thread at a time.</summary>
internal sealed class Replica : IDisposable
{
    private readonly Module _model;

    private Replica(Device device, Module model) => (Device, _model) = (device, model);

    internal Device Device { get; }

    internal long ParameterCount => _model.ParameterCount;

    /// <summary>Loads a model and sees that it can be served.</summary>
    /// <param name="load">Makes the model on a device.</param>
    /// <param name="options">Checked already.</param>
    /// <param name="first">The replica whose weights it gets, so that all predict the same; null: it is the first.</param>
    internal static Replica Load(Func<Device, Module> load, PredictorOptions options, Replica? first)
    {
        Device device = Device.Open(options.Device);
        try
        {
            Module model = load(device)
                ?? throw new InvalidOperationException("the function that loads the model gave null");
            foreach ((string path, Module module) in model.NamedModules())
            {
                Require(path, module, device);
            }

            if (first is not null)
            {
                model.LoadStateDict(first._model.StateDict());
            }

            model.SetTraining(false);

            // Half of the memory, and nothing is trained here.
            foreach (Parameter parameter in model.Parameters())
            {
                parameter.Gradient.Dispose();
            }

            Replica replica = new(device, model);
            replica.TryOn(options);
            return replica;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>Predicts a batch.</summary>
    /// <param name="batch">[N,..].</param>
    /// <returns>The outputs of each sample, row by row.</returns>
    internal float[][] Predict(HostTensor batch)
    {
        using GradientTape tape = Device.Record(gradients: false);
        Tensor output = _model.Forward(batch.ToTensor(Device));
        int rows = batch.Shape[0];
        if (output.Rank == 0 || output.Shape[0] != rows)
        {
            throw new InvalidOperationException(
                $"the model gives {Sizes.Text(output.Shape)} for {rows} samples; a predictor needs an output whose " +
                "first axis is the samples");
        }

        float[] all = output.ToArray();
        int width = all.Length / rows;
        return rows == 1 ? [all] : [.. Enumerable.Range(0, rows).Select(row => all[(row * width)..((row + 1) * width)])];
    }

    /// <summary>Frees the weights at once: nothing tells the garbage collector how large they are.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in _model.Parameters())
        {
            parameter.Value.Dispose();
        }

        Device.Dispose();
    }

    private static void Require(string path, Module module, Device device)
    {
        module.RequireBuilt(path);
        if (module is RecurrentLayer { Stateful: true } or Rnn { Stateful: true })
        {
            throw new NotSupportedException(
                $"layer {path} ({module.GetType().Name}) is stateful: requests would go on from each other's states. " +
                "Load the model without it, or give each session an RnnStream (RecurrentLayer.Pack)");
        }

        if (module.OwnParameters.FirstOrDefault(parameter => parameter.Value.Device != device) is Parameter foreign)
        {
            throw new InvalidOperationException(
                $"parameter {foreign.Name} of layer {path} ({module.GetType().Name}) is on another device than the one " +
                "that the function got: each replica needs a model of its own, made on its device");
        }
    }

    // Zeros fit every model of the shape; an axis of any length gets one element.
    private void TryOn(PredictorOptions options)
    {
        if (options.InputShape is not IReadOnlyList<int> shape)
        {
            return;
        }

        try
        {
            Predict(HostTensor.Full(options.InputType, 0, [1, .. shape.Select(size => Math.Max(size, 1))]));
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new InvalidOperationException(
                $"the model can't take samples of {options.InputType} {Sizes.Text([.. shape])}: {exception.Message}",
                exception);
        }
    }
}
