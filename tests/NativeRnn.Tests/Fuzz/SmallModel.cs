using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Fuzz;

/// <summary>A small model with layers of several kinds, always the same.</summary>
internal static class SmallModel
{
    internal static Sequential Make(Device device)
    {
        Sequential model = new(
            new Lstm(3, 4, batchFirst: true, bidirectional: true, seed: 1, device: device),
            new Dropout(0.25f),
            new Gru(8, 5, batchFirst: true, seed: 2, device: device),
            new Linear(5, 2, true, 3, device));
        model.SetTraining(false);
        return model;
    }
}
