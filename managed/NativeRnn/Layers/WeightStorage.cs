namespace NativeRnn.Layers;

/// <summary>
/// How <see cref="RnnWeights"/> keeps its weights. Biases, states and activations are float32 in
/// all. The errors are those of 100 steps of one layer with 128 or 512 units and the usual initial
/// weights: root mean square, relative to the outputs'.
/// </summary>
public enum WeightStorage
{
    /// <summary>As they are: 4 bytes a weight, error below 1e-6.</summary>
    Float32 = 0,

    /// <summary>Rounded to bfloat16: 2 bytes a weight, error below 0.25 %.</summary>
    BFloat16 = 1,

    /// <summary>
    /// Whole numbers of -127 to 127 with a scale for each row: 1 byte a weight, error below 0.6 %.
    /// Inputs and states are rounded to 16 bits at each step.
    /// </summary>
    Int8 = 2,
}
