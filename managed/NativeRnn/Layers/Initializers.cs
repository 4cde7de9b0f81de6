namespace NativeRnn.Layers;

/// <summary>The weights that recurrent layers start with, after PyTorch and after Keras.</summary>
internal static class Initializers
{
    /// <summary>All weights of a recurrent layer, by the names of their views.</summary>
    internal static float[] Recurrent(
        RnnPlan plan, RecurrentSettings settings, IReadOnlyList<ParameterView> views, long seed)
    {
        RandomStream random = new(seed);
        float[] values = new float[plan.ParamsLength];
        foreach (ParameterView view in views)
        {
            int hidden = settings.HiddenSize;
            WeightShape shape = view.Shape.Count == 2
                ? WeightShape.Matrix(view.Shape[0], view.Shape[1], hidden)
                : WeightShape.Vector(view.Shape[0], hidden);
            Span<float> part = values.AsSpan(view.Offset, view.Length);
            if (view.Name.StartsWith("weight_norm", StringComparison.Ordinal))
            {
                part.Fill(1);
            }
            else if (!view.Name.StartsWith("bias_norm", StringComparison.Ordinal))
            {
                Of(view.Name, settings).Fill(part, shape, random);
                SetForgetGate(part, view.Name, settings);
            }
        }

        return values;
    }

    // Keras: Glorot for the input's weights, orthogonal for the recurrent ones, zero biases.
    private static Initializer Of(string name, RecurrentSettings settings)
    {
        RecurrentOptions options = settings.Options;
        if (name.StartsWith("weight_hh", StringComparison.Ordinal))
        {
            return options.RecurrentInitializer
                ?? (settings.KerasStyle ? Initializer.Orthogonal() : Initializer.PyTorchUniform);
        }

        return name.StartsWith("weight", StringComparison.Ordinal)
            ? options.KernelInitializer
                ?? (settings.KerasStyle ? Initializer.GlorotUniform : Initializer.PyTorchUniform)
            : options.BiasInitializer
                ?? (settings.KerasStyle ? Initializer.Zeros : Initializer.PyTorchUniform);
    }

    // The forget gate's biases add up to 1 (Jozefowicz 2015). Gates lie as i f g o, coupled ones as
    // f g o.
    private static void SetForgetGate(Span<float> values, string name, RecurrentSettings settings)
    {
        if (settings.Cell == RnnCell.Lstm
            && name.StartsWith("bias_", StringComparison.Ordinal)
            && (settings.Options.UnitForgetBias ?? settings.KerasStyle))
        {
            bool fromInput = name.StartsWith("bias_ih", StringComparison.Ordinal);
            int forget = settings.Options.CoupledGates ? 0 : settings.HiddenSize;
            values.Slice(forget, settings.HiddenSize).Fill(fromInput ? 1 : 0);
        }
    }
}
