namespace NativeRnn.Layers;

/// <summary>
/// What weights do, told by their names: <c>bias..</c>, <c>weight_h..</c>, all others. Of no kind are
/// learned initial states (<c>h0</c>, <c>c0</c>), peepholes and the gains of layer normalisation:
/// they are reached by their names only.
/// </summary>
[Flags]
public enum WeightKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Weights of inputs: Keras' kernels.</summary>
    Input = 1,

    /// <summary>Weights of a recurrent layer's own output: Keras' recurrent kernels.</summary>
    Recurrent = 2,

    /// <summary>Both of these.</summary>
    Weights = Input | Recurrent,

    /// <summary>Biases.</summary>
    Bias = 4,

    /// <summary>All of these.</summary>
    All = Weights | Bias,
}
