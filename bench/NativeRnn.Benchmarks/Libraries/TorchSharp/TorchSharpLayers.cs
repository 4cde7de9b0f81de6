using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>Recurrent layers in TorchSharp, time-major: the layout of LibTorch's kernels.</summary>
internal sealed class TorchSharpLayers
{
    public TorchSharpLayers(Shape shape)
    {
        (int input, int hidden, int layers) = (shape.Input, shape.Hidden, shape.Layers);
        bool both = shape.Bidirectional;
        Module = shape.Cell switch
        {
            Cell.Lstm => nn.LSTM(input, hidden, layers, bidirectional: both),
            Cell.Gru => nn.GRU(input, hidden, layers, bidirectional: both),
            _ => nn.RNN(input, hidden, layers, bidirectional: both),
        };
    }

    /// <summary>Layers with given weights.</summary>
    public TorchSharpLayers(Problem problem)
        : this(problem.Shape) => TorchSharpWeights.Set(Module, problem.Weights);

    public nn.Module Module { get; }

    public (Tensor Output, TorchSharpState State) Run(Tensor input, TorchSharpState state)
    {
        switch (Module)
        {
            case LSTM lstm:
                (Tensor output, Tensor h, Tensor c) = lstm.call(input, (state.H, state.C!));
                return (output, new TorchSharpState(h, c));
            case GRU gru:
                (output, h) = gru.call(input, state.H);
                return (output, new TorchSharpState(h, null));
            default:
                (output, h) = ((RNN)Module).call(input, state.H);
                return (output, new TorchSharpState(h, null));
        }
    }
}
