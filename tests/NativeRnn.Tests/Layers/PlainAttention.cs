using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

/// <summary>Multi-head attention as loops in double, from a layer's weights.</summary>
internal sealed class PlainAttention(Module layer, int heads, string prefix = "")
{
    private readonly Dictionary<string, float[]> _state = layer.StateDict()
        .ToDictionary(entry => entry.Key, entry => entry.Value.ToArray());

    /// <summary>The output, [B,Q,E], and the weights, [B,heads,Q,K].</summary>
    internal (double[] Output, double[] Weights) Run(
        Tensor query, Tensor memory, int[] lengths, bool causal)
    {
        (int batch, int queries, int size) = (query.Shape[0], query.Shape[1], query.Shape[2]);
        int keys = memory.Shape[1], width = size / heads;
        double[] q = Project(query, 0), k = Project(memory, 1), v = Project(memory, 2);
        double[] weights = new double[batch * heads * queries * keys];
        double[] joined = new double[batch * queries * size];
        for (int row = 0; row < batch * heads * queries; row++)
        {
            (int b, int head, int t) = (row / queries / heads, row / queries % heads, row % queries);
            int end = causal ? Math.Min(lengths[b], t + 1) : lengths[b];
            int from = (((b * queries) + t) * size) + (head * width);
            double[] scores = new double[end];
            for (int step = 0; step < end; step++)
            {
                int to = (((b * keys) + step) * size) + (head * width);
                for (int c = 0; c < width; c++)
                {
                    scores[step] += q[from + c] * k[to + c] / Math.Sqrt(width);
                }
            }

            double sum = scores.Sum(Math.Exp);
            for (int step = 0; step < end; step++)
            {
                double weight = Math.Exp(scores[step]) / sum;
                weights[(row * keys) + step] = weight;
                for (int c = 0; c < width; c++)
                {
                    int to = (((b * keys) + step) * size) + (head * width);
                    joined[from + c] += weight * v[to + c];
                }
            }
        }

        double[] output = PlainLinear(
            joined, size, _state[$"{prefix}out_proj.weight"], _state[$"{prefix}out_proj.bias"]);
        return (output, weights);
    }

    /// <summary>x weight^T + bias, rows of x of a size.</summary>
    internal static double[] PlainLinear(double[] x, int size, float[] weight, float[] bias)
    {
        int outputs = bias.Length;
        double[] y = new double[x.Length / size * outputs];
        for (int at = 0; at < y.Length; at++)
        {
            (int row, int o) = (at / outputs, at % outputs);
            y[at] = bias[o];
            for (int i = 0; i < size; i++)
            {
                y[at] += x[(row * size) + i] * weight[(o * size) + i];
            }
        }

        return y;
    }

    internal static double[] Doubles(Tensor tensor) =>
        [.. tensor.ToArray().Select(value => (double)value)];

    private double[] Project(Tensor x, int part)
    {
        int size = x.Shape[2];
        float[] weight = _state[$"{prefix}in_proj_weight"], bias = _state[$"{prefix}in_proj_bias"];
        return PlainLinear(
            Doubles(x),
            size,
            weight[(part * size * size)..((part + 1) * size * size)],
            bias[(part * size)..((part + 1) * size)]);
    }
}
