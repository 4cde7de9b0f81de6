namespace NativeRnn.Layers;

/// <summary>A layer whose weights are an embedding's table (Press and Wolf 2017); its bias is its own, and starts as zeros.</summary>
internal sealed class TiedLinear : Module
{
    private readonly Embedding _table;
    private readonly Parameter _bias;

    internal TiedLinear(Embedding table)
    {
        _table = table;
        Tensor bias = Tensor.NewOwned([table.Vocabulary], table.Weight.Value.Device);
        bias.Write(new float[table.Vocabulary]);
        _bias = Register(new Parameter("bias", bias));
    }

    /// <summary>Computes x table^T + bias: [..,D] to [..,V].</summary>
    public override Tensor Forward(Tensor input) => AffineLayer.Apply(input, _table.Weight.Value, _bias.Value);
}
