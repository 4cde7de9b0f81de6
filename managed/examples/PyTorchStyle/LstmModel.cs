using NativeRnn;
using NativeRnn.Layers;

/// <summary>Classifies sequences by the last output of stacked LSTM layers.</summary>
internal sealed class LstmModel : Module
{
    private readonly Lstm _lstm;
    private readonly Linear _fc;

    public LstmModel(int inputSize, int hiddenSize, int numLayers, int numClasses)
    {
        _lstm = Register("lstm", new Lstm(inputSize, hiddenSize, numLayers, batchFirst: true));
        _fc = Register("fc", new Linear(hiddenSize, numClasses));
    }

    /// <summary>Logits [B,numClasses] of sequences [B,T,inputSize].</summary>
    public override Tensor Forward(Tensor input)
    {
        int batch = input.Shape[0];
        Tensor h0 = Tensor.Zeros([_lstm.NumLayers, batch, _lstm.HiddenSize]);
        Tensor c0 = Tensor.Zeros([_lstm.NumLayers, batch, _lstm.HiddenSize]);
        (Tensor output, _) = _lstm.Forward(input, (h0, c0));
        return _fc.Forward(output[.., ^1]);
    }
}
