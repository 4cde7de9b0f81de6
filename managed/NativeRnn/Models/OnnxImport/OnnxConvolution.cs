using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Convolution and pooling over time. ONNX has channels first: [B,C,T].</summary>
internal static class OnnxConvolution
{
    private const string WindowAttributes = "auto_pad dilations kernel_shape pads strides ";

    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["Conv"] = new(call => [OnnxValue.Of(Convolve(call))], 2, 3, WindowAttributes + "group")
        {
            FoldsConstants = false,
        },
        ["MaxPool"] = new(call => [OnnxValue.Of(MaxPool(call))], 1, 1, WindowAttributes + "ceil_mode storage_order")
        {
            MostOutputs = 2,
            FoldsConstants = false,
        },
        ["AveragePool"] = new(
            call => [OnnxValue.Of(AveragePool(call))], 1, 1, WindowAttributes + "ceil_mode count_include_pad")
        {
            FoldsConstants = false,
        },
        ["GlobalAveragePool"] = new(
            call => [OnnxValue.Of(Global(call, (x, axis) => x.Mean(axis, keepDims: true)))], 1, 1),
        ["GlobalMaxPool"] = new(
            call => [OnnxValue.Of(Global(call, (x, axis) => x.Max(axis, keepDims: true)))], 1, 1),
    };

    private static Tensor Convolve(OnnxCall call)
    {
        Tensor input = call.Floats(0, 3);
        Tensor x = OnnxWindow.Sequence(input);
        Tensor given = call.Floats(1, 3);
        OnnxWindow window = OnnxWindow.Of(call, given.Shape[2..], input.Rank - 2, x.Shape[2]);
        Tensor weights = OnnxWindow.Sequence(given);
        long groups = call.Attributes.Int("group", 1);
        (int filters, int width) = (weights.Shape[0], weights.Shape[1]);
        if (groups < 1 || filters % groups != 0 || x.Shape[1] != width * groups)
            throw new ArgumentException(
                $"weights {weights.ShapeText} in {groups} groups don't fit {x.Shape[1]} channels");
        Tensor windows = window.Windows(x, 0);
        Tensor? bias = call.Optional(2)?.Floats(call.Device);
        int part = filters / (int)groups;
        List<Tensor> parts = [];
        for (int group = 0; group < groups; group++)
        {
            Range channels = (group * width)..((group + 1) * width), rows = (group * part)..((group + 1) * part);
            parts.Add(Apply(
                groups == 1 ? windows : windows[.., .., .., channels],
                groups == 1 ? weights : weights[rows],
                groups == 1 ? bias : bias?[rows]));
        }

        Tensor y = groups == 1 ? parts[0] : Tensor.Concat(parts, -1);
        return Back(y, input.Rank);
    }

    // All windows [B,T',K,C] by all filters [O,C,K]: one product.
    private static Tensor Apply(Tensor windows, Tensor weights, Tensor? bias)
    {
        (int batch, int count, int kernel, int channels) =
            (windows.Shape[0], windows.Shape[1], windows.Shape[2], windows.Shape[3]);
        Tensor matrix = weights.Permute(0, 2, 1).Reshape(weights.Shape[0], kernel * channels);
        return AffineLayer.Apply(windows.Reshape(batch, count, kernel * channels), matrix, bias);
    }

    private static Tensor MaxPool(OnnxCall call)
    {
        (OnnxWindow window, Tensor x) = Pooled(call);
        return Back(window.Windows(x, float.NegativeInfinity).Max(axis: 2), call[0].Rank);
    }

    private static Tensor AveragePool(OnnxCall call)
    {
        (OnnxWindow window, Tensor x) = Pooled(call);
        Tensor sums = window.Windows(x, 0).Sum(axis: 2);
        if (call.Attributes.Flag("count_include_pad") || window.Left + window.Right == 0)
            return Back(sums / window.Time.Kernel, call[0].Rank);
        Tensor counts = window.Windows(Tensor.Ones([1, 1, x.Shape[2]], x.Device), 0).Sum(axis: 2);
        return Back(sums / counts, call[0].Rank);
    }

    private static (OnnxWindow Window, Tensor X) Pooled(OnnxCall call)
    {
        Tensor input = call.Floats(0, 3);
        Tensor x = OnnxWindow.Sequence(input);
        return (OnnxWindow.Of(call, [], input.Rank - 2, x.Shape[2]), x);
    }

    // [B,T',C] to [B,C,T'] or [B,C,1,T'].
    private static Tensor Back(Tensor y, int rank)
    {
        Tensor x = y.Permute(0, 2, 1);
        return rank == 3 ? x : x.Reshape(x.Shape[0], x.Shape[1], 1, x.Shape[2]);
    }

    private static Tensor Global(OnnxCall call, Func<Tensor, int, Tensor> along)
    {
        Tensor x = call.Floats(0, 3);
        return Enumerable.Range(2, x.Rank - 2).Aggregate(x, along);
    }
}
