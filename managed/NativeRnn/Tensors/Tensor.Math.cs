using NativeRnn.Interop;

namespace NativeRnn;

// Functions of each element, and softmax.
public sealed partial class Tensor
{
    /// <summary>e to the power of each element.</summary>
    public Tensor Exp() => Unary(NrnnUnaryOp.Exp, nameof(Exp));

    /// <summary>The natural logarithm of each element.</summary>
    public Tensor Log() => Unary(NrnnUnaryOp.Log, nameof(Log));

    /// <summary>The hyperbolic tangent of each element.</summary>
    public Tensor Tanh() => Unary(NrnnUnaryOp.Tanh, nameof(Tanh));

    /// <summary>1 / (1 + exp(-x)) of each element.</summary>
    public Tensor Sigmoid() => Unary(NrnnUnaryOp.Sigmoid, nameof(Sigmoid));

    /// <summary>The greater of each element and 0; the gradient at 0 is 0.</summary>
    public Tensor Relu() => Unary(NrnnUnaryOp.Relu, nameof(Relu));

    /// <summary>The magnitude of each element; the gradient at 0 is 0.</summary>
    public Tensor Abs() => Unary(NrnnUnaryOp.Abs, nameof(Abs));

    /// <summary>Each element times itself.</summary>
    public Tensor Square() => Unary(NrnnUnaryOp.Square, nameof(Square));

    /// <summary>The square root of each element.</summary>
    public Tensor Sqrt() => Unary(NrnnUnaryOp.Sqrt, nameof(Sqrt));

    /// <summary>log(1 + exp(x)) of each element.</summary>
    public Tensor Softplus() => Unary(NrnnUnaryOp.Softplus, nameof(Softplus));

    /// <summary>
    /// Gaussian error linear unit of each element (Hendrycks 2016): x times the distribution function of the normal
    /// distribution.
    /// </summary>
    public Tensor Gelu() => Unary(NrnnUnaryOp.Gelu, nameof(Gelu));

    /// <summary>exp(x) / sum of exp(x) along an axis.</summary>
    /// <param name="axis">From 0, or from the end when negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Tensor Softmax(int axis = -1) => Softmax(axis, logarithm: false, nameof(Softmax));

    /// <summary>The logarithm of <see cref="Softmax(int)"/>, computed without overflow.</summary>
    /// <inheritdoc cref="Softmax(int)"/>
    public Tensor LogSoftmax(int axis = -1) => Softmax(axis, logarithm: true, nameof(LogSoftmax));

    /// <summary>
    /// The elements of <paramref name="a"/> where the condition is not 0, those of <paramref name="b"/> elsewhere. All
    /// three are broadcast as in NumPy. The condition gets no gradient.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes don't fit, or a type or device differs.</exception>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        condition.Require(DType.Float32, nameof(Where));
        a.Require(DType.Float32, nameof(Where));
        b.Require(DType.Float32, nameof(Where));
        RequireOneDevice(nameof(Where), condition, a);
        RequireOneDevice(nameof(Where), condition, b);
        TensorShape shape = TensorShape.Broadcast(a.Sizes, b.Sizes, nameof(Where));
        shape = TensorShape.Broadcast(condition.Sizes, shape, nameof(Where));
        int mark = OperationTrace.Mark(a.Device);
        (Tensor narrowCondition, Tensor narrowA, Tensor narrowB) = (condition, a, b);
        (condition, a, b) = (condition.BroadcastTo(shape), a.BroadcastTo(shape), b.BroadcastTo(shape));
        Tensor y = Empty(shape, a.Device);
        Ops.Where(condition, a, b, y);
        a.Device.Trace?.Fuse(mark, TracedKind.Where, null, [y], [narrowCondition, narrowA, narrowB]);
        return GradientTape.For(a, b) is { } tape ? RecordWhere(tape, condition, a, b, y) : y;
    }

    private Tensor Unary(NrnnUnaryOp op, string name)
    {
        Require(DType.Float32, name);
        Tensor y = Empty(Sizes, Device);
        Ops.UnaryForward(op, this, y);
        Device.Trace?.Add(TracedKind.Unary, op, y, this);
        return GradientTape.For(this) is { } tape ? RecordUnary(tape, op, this, y) : y;
    }

    private static Tensor RecordUnary(GradientTape tape, NrnnUnaryOp op, Tensor x, Tensor y)
    {
        tape.Record(y, dy =>
        {
            Tensor dx = Empty(x.Sizes, x.Device);
            Ops.UnaryBackward(op, x, y, dy, dx);
            tape.Accumulate(x, dx, fresh: true);
        });
        return y;
    }

    private Tensor Softmax(int axis, bool logarithm, string name)
    {
        Require(DType.Float32, name);
        axis = Sizes.Normalize(axis);
        if (axis != Rank - 1)
        {
            int mark = OperationTrace.Mark(Device);
            Tensor turned = Transpose(axis, -1).Softmax(-1, logarithm, name).Transpose(axis, -1);
            Device.Trace?.Fuse(mark, TracedKind.Softmax, (axis, logarithm), [turned], [this]);
            return turned;
        }
        Tensor y = Empty(Sizes, Device);
        Ops.SoftmaxForward(this, logarithm, y);
        Device.Trace?.Add(TracedKind.Softmax, (axis, logarithm), y, this);
        return GradientTape.For(this) is { } tape ? RecordSoftmax(tape, this, logarithm, y) : y;
    }

    private static Tensor RecordSoftmax(GradientTape tape, Tensor x, bool logarithm, Tensor y)
    {
        tape.Record(
            y,
            new Operands(x, y, Number: logarithm ? 1 : 0),
            static (GradientTape tape, in RecordedOperation operation, Tensor dy) =>
            {
                (Tensor x, Tensor y) = (operation.Operands.A!, operation.Operands.B!);
                Tensor dx = Empty(x.Sizes, x.Device);
                Ops.SoftmaxBackward(y, operation.Operands.Number != 0, dy, dx);
                tape.Accumulate(x, dx, fresh: true);
            });
        return y;
    }

    private static Tensor RecordWhere(GradientTape tape, Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        tape.Record(y, dy =>
        {
            Tensor zeros = Zeros(dy.Shape, dy.Device);
            if (tape.NeedsGradient(a))
            {
                Tensor da = Empty(dy.Sizes, dy.Device);
                Ops.Where(condition, dy, zeros, da);
                tape.Accumulate(a, da, fresh: true);
            }
            if (tape.NeedsGradient(b))
            {
                Tensor db = Empty(dy.Sizes, dy.Device);
                Ops.Where(condition, zeros, dy, db);
                tape.Accumulate(b, db, fresh: true);
            }
        });
        return y;
    }
}
