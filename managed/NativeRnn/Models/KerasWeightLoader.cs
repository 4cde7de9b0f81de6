using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Puts a file's weights into modules, which learn the sizes of their inputs from them. Weights change at the end
/// only, when all have been read.
/// </summary>
/// <param name="device">Of the parameters that are made.</param>
internal sealed class KerasWeightLoader(Device device)
{
    private readonly List<(Parameter Parameter, float[] Values)> _writes = [];

    /// <summary>Reads one layer.</summary>
    internal void Read(KerasLayer layer, KerasArrays arrays)
    {
        Read(layer, arrays, "");
        arrays.RequireEnd();
    }

    /// <summary>Writes what was read.</summary>
    internal void Write()
    {
        foreach ((Parameter parameter, float[] values) in _writes)
        {
            parameter.Value.Write(values);
        }
    }

    private void Read(KerasLayer layer, KerasArrays arrays, string part)
    {
        switch (layer.Module)
        {
            case RecurrentLayer recurrent:
                ReadRecurrent(recurrent, arrays, part, layer.IsCuDnn);
                break;
            case Bidirectional both:
                ReadRecurrent((RecurrentLayer)both.ForwardLayer, arrays, part + "forward_layer/", false);
                ReadRecurrent((RecurrentLayer)both.BackwardLayer, arrays, part + "backward_layer/", false);
                break;
            case TimeDistributed when layer.Inner!.HasWeights:
                Read(layer.Inner, arrays, part + "layer/");
                break;
            case AffineLayer affine:
                ReadAffine(affine, arrays, part);
                break;
            case Embedding embedding:
                ReadEmbedding(embedding, arrays, part);
                break;
            case LayerNormalization normalization when layer.HasWeights:
                ReadNormalization(normalization, layer, arrays, part);
                break;
        }
    }

    private void ReadRecurrent(RecurrentLayer layer, KerasArrays arrays, string part, bool cuDnn)
    {
        string[] cells = layer.Bidirectional ? ["forward_layer/cell", "backward_layer/cell"] : ["cell"];
        KerasGates[] directions =
            [.. cells.Select(cell => KerasGates.Take(layer.Settings, arrays, part + cell, cuDnn))];
        if (directions[^1].InputSize != directions[0].InputSize)
        {
            throw arrays.Invalid(
                $"the forward layer takes {directions[0].InputSize} numbers, the backward one " +
                $"{directions[^1].InputSize}");
        }

        Build(layer, directions[0].InputSize, arrays);
        Parameter weights = layer.OwnParameters[0];
        float[] values = new float[weights.Length];
        for (int direction = 0; direction < directions.Length; direction++)
        {
            KerasGates gates = directions[direction];
            void Fill(string name, float[] part)
            {
                string suffix = direction == 0 ? "_l0" : "_l0_reverse";
                ParameterView view = weights.Views.First(view => view.Name == name + suffix);
                part.CopyTo(values.AsSpan(view.Offset, view.Length));
            }

            Fill("weight_ih", gates.InputWeights());
            Fill("weight_hh", gates.RecurrentWeights());
            if (layer.Bias)
            {
                (float[] input, float[] recurrent) = gates.Biases();
                Fill("bias_ih", input);
                Fill("bias_hh", recurrent);
            }
        }

        _writes.Add((weights, values));
    }

    private void Build(RecurrentLayer layer, int inputSize, KerasArrays arrays)
    {
        if (inputSize > Sizes.Max || (layer.IsBuilt && layer.InputSize != inputSize))
        {
            throw arrays.Invalid(
                $"the kernel takes {inputSize} numbers at a step, the layer " +
                (layer.IsBuilt ? $"{layer.InputSize}" : $"at most {Sizes.Max}"));
        }

        using (WeightsToCome.Expect())
        {
            layer.Build(inputSize, device);
        }
    }

    private void ReadAffine(AffineLayer layer, KerasArrays arrays, string part)
    {
        bool hasBias = layer.HasBias;
        KerasArray[] taken = arrays.Take(part, hasBias ? 2 : 1);
        int inputs = taken[0].RowsOf(layer.OutputSize);
        if (!layer.IsBuilt)
        {
            RequireSize(taken[0], inputs);
            using (WeightsToCome.Expect())
            {
                layer.Build(inputs, device);
            }
        }

        taken[0].Require(layer.InputSize, layer.OutputSize);
        float[] values = new float[taken[0].Values.Length];
        for (int at = 0; at < values.Length; at++)
        {
            values[(at % layer.OutputSize * inputs) + (at / layer.OutputSize)] = taken[0].Values[at];
        }

        _writes.Add((layer.Weight!, values));
        if (hasBias)
        {
            _writes.Add((layer.Bias!, taken[1].Require(layer.OutputSize).Values));
        }
    }

    private void ReadEmbedding(Embedding layer, KerasArrays arrays, string part)
    {
        KerasArray table = arrays.Take(part, 1)[0].Require(layer.Vocabulary, layer.Dimension);
        _writes.Add((layer.Weight, table.Values));
    }

    private void ReadNormalization(LayerNormalization layer, KerasLayer keras, KerasArrays arrays, string part)
    {
        KerasArray[] taken = arrays.Take(part, (keras.HasScale ? 1 : 0) + (keras.HasCenter ? 1 : 0));
        if (taken[0].Shape.Length != 1)
        {
            throw taken[0].Invalid("the shape must have one axis: layers are normalised along the last one");
        }

        if (!layer.IsBuilt)
        {
            RequireSize(taken[0], taken[0].Shape[0]);
            layer.Build(taken[0].Shape[0], device);
        }

        foreach (KerasArray array in taken)
        {
            array.Require(layer.NormalizedSize);
        }

        if (keras.HasScale)
        {
            _writes.Add((layer.Weight!, taken[0].Values));
        }

        if (keras.HasCenter)
        {
            _writes.Add((layer.Bias!, taken[^1].Values));
        }
    }

    private static void RequireSize(KerasArray array, int size)
    {
        if (size is < 1 or > Sizes.Max)
        {
            throw array.Invalid($"a layer of {size} numbers; 1 to {Sizes.Max} are possible");
        }
    }
}
