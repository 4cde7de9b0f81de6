using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>Matrix products.</summary>
internal static class OnnxProducts
{
    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["MatMul"] = new(call => [OnnxValue.Of(MatMul(call.Floats(0, 1), call.Floats(1, 1)))], 2, 2)
        {
            FoldsConstants = false,
        },
        ["Gemm"] = new(call => [OnnxValue.Of(Gemm(call))], 2, 3, "alpha beta transA transB") { FoldsConstants = false },
    };

    // As NumPy's: a vector is a row on the left and a column on the right, and that axis goes away again.
    private static Tensor MatMul(Tensor a, Tensor b)
    {
        Tensor rows = a.Rank == 1 ? a.Reshape(1, -1) : a;
        Tensor columns = b.Rank == 1 ? b.Reshape(-1, 1) : b;
        Tensor y = rows.MatMul(columns);
        if (a.Rank > 1 && b.Rank > 1)
            return y;
        List<int> shape = [.. y.Shape[..^2]];
        if (a.Rank > 1)
            shape.Add(y.Shape[^2]);
        if (b.Rank > 1)
            shape.Add(y.Shape[^1]);
        return y.Reshape([.. shape]);
    }

    private static Tensor Gemm(OnnxCall call)
    {
        (Tensor a, Tensor b) = (Matrix(call, 0), Matrix(call, 1));
        Tensor? c = call.Optional(2)?.Floats(call.Device);
        (float alpha, float beta) = (call.Attributes.Float("alpha", 1), call.Attributes.Float("beta", 1));
        (bool transposeA, bool transposeB) = (call.Attributes.Flag("transA"), call.Attributes.Flag("transB"));
        if (transposeA)
            a = a.Transpose();
        if (a.Shape[1] != b.Shape[transposeB ? 1 : 0])
            throw new ArgumentException($"the matrices {a.ShapeText} and {b.ShapeText} don't fit");
        // The linear layer of PyTorch, which has a kernel of its own.
        if (transposeB && alpha == 1 && (c is null || (beta == 1 && c.Rank == 1 && c.Shape[0] == b.Shape[0])))
            return AffineLayer.Apply(a, b, c);
        Tensor y = a.MatMul(transposeB ? b.Transpose() : b);
        y = alpha == 1 ? y : y * alpha;
        if (c is null)
            return y;
        int[] shape = OnnxShape.Broadcast(y.Shape, c.Shape);
        return shape.AsSpan().SequenceEqual(y.Shape)
            ? y + (beta == 1 ? c : c * beta)
            : throw new ArgumentException($"what is added is {c.ShapeText}, the product {y.ShapeText}");
    }

    private static Tensor Matrix(OnnxCall call, int input) => call.Floats(input) is { Rank: 2 } matrix
        ? matrix
        : throw new ArgumentException($"input {input} is {call[input].ShapeText}, must be a matrix");
}
