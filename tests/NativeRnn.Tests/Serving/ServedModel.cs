using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Serving;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Serving;

/// <summary>A small model to serve, and samples for it.</summary>
internal static class ServedModel
{
    public const int Steps = 7;
    public const int Width = 3;
    public const int Outputs = 2;

    /// <summary>Takes any number of steps.</summary>
    public static readonly PredictorOptions Options = new() { Replicas = 2, InputShape = [-1, Width] };

    public static Sequential Create(Device device)
    {
        Sequential model = new(new Lstm(8, seed: 1), new Dropout(0.5f), new Dense(Outputs, seed: 2));
        model.Build([1, Steps, Width], device: device);
        return model;
    }

    public static void Save(string path)
    {
        using Device device = Device.Cpu(threads: 1);
        Create(device).Save(path);
    }

    public static HostTensor Sample(int seed, int steps = Steps) =>
        new(Numbers.Uniform(steps * Width, seed), steps, Width);

    /// <summary>What the model gives for a sample, without a predictor.</summary>
    public static float[] Expected(HostTensor sample)
    {
        using Device device = Device.Cpu(threads: 1);
        Tensor input = Tensor.From(sample.Floats!, [1, .. sample.Shape], device);
        return Create(device).Predict(input).ToArray();
    }
}
