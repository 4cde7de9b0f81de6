using NativeRnn;
using NativeRnn.Layers;

namespace Benchmarks;

/// <summary>Makes the recurrent layers in NativeRnn.</summary>
internal static class NativeRnnLayers
{
    public static RecurrentLayer Create(Problem problem, Device device)
    {
        Shape shape = problem.Shape;
        (int input, int hidden, int layers) = (shape.Input, shape.Hidden, shape.Layers);
        bool both = shape.Bidirectional;
        RecurrentLayer made = shape.Cell switch
        {
            Cell.Lstm => new Lstm(input, hidden, layers, bidirectional: both, device: device),
            Cell.Gru => new Gru(input, hidden, layers, bidirectional: both, device: device),
            _ => new SimpleRnn(input, hidden, layers, bidirectional: both, device: device),
        };
        NativeRnnWeights.Set(made, problem.Weights);
        return made;
    }
}
