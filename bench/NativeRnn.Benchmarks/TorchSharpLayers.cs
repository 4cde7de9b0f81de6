using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Benchmarks;

/// <summary>The state of recurrent layers, [L,B,H] each; Cell is null for GRU.</summary>
internal sealed record TorchSharpState(Tensor Hidden, Tensor? Cell);

/// <summary>The recurrent layers in TorchSharp, time-major: the layout of LibTorch's kernels.</summary>
internal sealed class TorchSharpLayers
{
    private readonly LSTM? _lstm;
    private readonly GRU? _gru;

    public TorchSharpLayers(Setup setup)
    {
        if (setup.Cell == Cell.Lstm)
        {
            _lstm = nn.LSTM(setup.Embedding, setup.Hidden, setup.Layers);
        }
        else
        {
            _gru = nn.GRU(setup.Embedding, setup.Hidden, setup.Layers);
        }
    }

    public nn.Module Module => _lstm as nn.Module ?? _gru!;

    public static TorchSharpState Zeros(Setup setup)
    {
        long[] shape = [setup.Layers, setup.Batch, setup.Hidden];
        return new TorchSharpState(zeros(shape), setup.Cell == Cell.Lstm ? zeros(shape) : null);
    }

    public (Tensor Output, TorchSharpState State) Run(Tensor input, TorchSharpState state)
    {
        if (_lstm is not null)
        {
            (Tensor output, Tensor hidden, Tensor cell) = _lstm.call(
                input, (state.Hidden, state.Cell!));
            return (output, new TorchSharpState(hidden, cell));
        }
        else
        {
            (Tensor output, Tensor hidden) = _gru!.call(input, state.Hidden);
            return (output, new TorchSharpState(hidden, null));
        }
    }
}
