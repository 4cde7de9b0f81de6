using NativeRnn.Layers;

namespace NativeRnn.Tests.Models;

/// <summary>The twin of a model of tests/golden/make_pytorch.py: a number for each step of [B,T,2].</summary>
internal sealed class RegressionModel : Module
{
    private readonly Lstm _lstm;
    private readonly Linear _fc;

    public RegressionModel(Device device, int outputs = 1)
    {
        _lstm = Register("lstm", new Lstm(2, 6, batchFirst: true, device: device));
        _fc = Register("fc", new Linear(6, outputs, device: device));
    }

    public override Tensor Forward(Tensor input) => _fc.Forward(_lstm.Forward(input));
}
