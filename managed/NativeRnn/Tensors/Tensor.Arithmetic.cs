using NativeRnn.Interop;

namespace NativeRnn;

// Elementwise arithmetic and comparisons, with broadcasting.
public sealed partial class Tensor
{
    /// <summary>a + b, elementwise, broadcast as in NumPy.</summary>
    /// <exception cref="ArgumentException">The shapes don't fit, or a type or device differs.</exception>
    public static Tensor operator +(Tensor a, Tensor b)
    {
        Tensor y = Binary(NrnnBinaryOp.Add, "Add", a, b);
        return GradientTape.For(a, b) is { } tape ? RecordAdd(tape, a, b, y) : y;
    }

    /// <summary>a - b, elementwise, broadcast as in NumPy.</summary>
    /// <exception cref="ArgumentException">The shapes don't fit, or a type or device differs.</exception>
    public static Tensor operator -(Tensor a, Tensor b)
    {
        Tensor y = Binary(NrnnBinaryOp.Subtract, "Subtract", a, b);
        return GradientTape.For(a, b) is { } tape ? RecordSubtract(tape, a, b, y) : y;
    }

    /// <summary>a b, elementwise, broadcast as in NumPy.</summary>
    /// <exception cref="ArgumentException">The shapes don't fit, or a type or device differs.</exception>
    public static Tensor operator *(Tensor a, Tensor b)
    {
        Tensor y = Binary(NrnnBinaryOp.Multiply, "Multiply", a, b);
        return GradientTape.For(a, b) is { } tape ? RecordMultiply(tape, a, b, y) : y;
    }

    /// <summary>a / b, elementwise, broadcast as in NumPy.</summary>
    /// <exception cref="ArgumentException">The shapes don't fit, or a type or device differs.</exception>
    public static Tensor operator /(Tensor a, Tensor b)
    {
        Tensor y = Binary(NrnnBinaryOp.Divide, "Divide", a, b);
        return GradientTape.For(a, b) is { } tape ? RecordDivide(tape, a, b, y) : y;
    }

    /// <summary>x + shift.</summary>
    public static Tensor operator +(Tensor x, float shift) => Affine(x, 1, shift);

    /// <summary>x + shift.</summary>
    public static Tensor operator +(float shift, Tensor x) => Affine(x, 1, shift);

    /// <summary>x - shift.</summary>
    public static Tensor operator -(Tensor x, float shift) => Affine(x, 1, -shift);

    /// <summary>shift - x.</summary>
    public static Tensor operator -(float shift, Tensor x) => Affine(x, -1, shift);

    /// <summary>scale x.</summary>
    public static Tensor operator *(Tensor x, float scale) => Affine(x, scale, 0);

    /// <summary>scale x.</summary>
    public static Tensor operator *(float scale, Tensor x) => Affine(x, scale, 0);

    /// <summary>x / divisor, computed as x (1 / divisor).</summary>
    public static Tensor operator /(Tensor x, float divisor) => Affine(x, 1 / divisor, 0);

    /// <summary>dividend / x, elementwise.</summary>
    public static Tensor operator /(float dividend, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Full([], dividend, x.Device) / x;
    }

    /// <summary>-x.</summary>
    public static Tensor operator -(Tensor x) => Affine(x, -1, 0);

    /// <summary>1 where this is greater than <paramref name="other"/>, else 0. Broadcast; has no gradient.</summary>
    /// <exception cref="ArgumentException">The shapes don't fit, or a type or device differs.</exception>
    public Tensor Greater(Tensor other) => Binary(NrnnBinaryOp.Greater, nameof(Greater), this, other);

    /// <summary>1 where this is greater than <paramref name="other"/>, else 0. Has no gradient.</summary>
    public Tensor Greater(float other) => Greater(Full([], other, Device));

    /// <summary>1 where this is less than <paramref name="other"/>, else 0. Broadcast; has no gradient.</summary>
    /// <exception cref="ArgumentException">The shapes don't fit, or a type or device differs.</exception>
    public Tensor Less(Tensor other) => Binary(NrnnBinaryOp.Less, nameof(Less), this, other);

    /// <summary>1 where this is less than <paramref name="other"/>, else 0. Has no gradient.</summary>
    public Tensor Less(float other) => Less(Full([], other, Device));

    /// <summary>1 where both are equal, else 0. Broadcast; has no gradient.</summary>
    /// <exception cref="ArgumentException">The shapes don't fit, or a type or device differs.</exception>
    public Tensor EqualTo(Tensor other) => Binary(NrnnBinaryOp.Equal, nameof(EqualTo), this, other);

    /// <summary>1 where this is <paramref name="other"/>, else 0. Has no gradient.</summary>
    public Tensor EqualTo(float other) => EqualTo(Full([], other, Device));

    private static Tensor Binary(NrnnBinaryOp op, string name, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        a.Require(DType.Float32, name);
        b.Require(DType.Float32, name);
        RequireOneDevice(name, a, b);
        Tensor y = Empty(TensorShape.Broadcast(a.Sizes, b.Sizes, name), a.Device);
        Compute(op, a, b, y);
        a.Device.Trace?.Add(TracedKind.Binary, op, y, a, b);
        return y;
    }

    /// <summary>y = op(a, b); a and b broadcast to y.</summary>
    private static void Compute(NrnnBinaryOp op, Tensor a, Tensor b, Tensor y) => Ops.Binary(new BinaryCall
    {
        Op = op,
        Sizes = y.Sizes,
        A = a,
        AStrides = a.Sizes.BroadcastStrides(y.Sizes),
        B = b,
        BStrides = b.Sizes.BroadcastStrides(y.Sizes),
        Y = y,
    });

    /// <summary>scale x + shift.</summary>
    private static Tensor Affine(Tensor x, float scale, float shift)
    {
        ArgumentNullException.ThrowIfNull(x);
        x.Require(DType.Float32, "Arithmetic");
        Tensor y = Empty(x.Sizes, x.Device);
        Ops.Affine(x, scale, shift, y);
        x.Device.Trace?.Add(TracedKind.Affine, (scale, shift), y, x);
        return GradientTape.For(x) is { } tape ? RecordAffine(tape, x, scale, y) : y;
    }

    private static Tensor RecordAffine(GradientTape tape, Tensor x, float scale, Tensor y)
    {
        tape.Record(
            y,
            new Operands(x, Number: scale),
            static (GradientTape tape, in RecordedOperation operation, Tensor dy) =>
            {
                (Tensor x, float scale) = (operation.Operands.A!, operation.Operands.Number);
                if (scale == 1)
                {
                    tape.Accumulate(x, dy);
                    return;
                }
                Tensor dx = Empty(x.Sizes, x.Device);
                Ops.Affine(dy, scale, 0, dx);
                tape.Accumulate(x, dx, fresh: true);
            });
        return y;
    }

    private static Tensor RecordAdd(GradientTape tape, Tensor a, Tensor b, Tensor y)
    {
        tape.Record(y, dy =>
        {
            tape.AccumulateBroadcast(a, dy);
            tape.AccumulateBroadcast(b, dy);
        });
        return y;
    }

    private static Tensor RecordSubtract(GradientTape tape, Tensor a, Tensor b, Tensor y)
    {
        tape.Record(y, dy =>
        {
            tape.AccumulateBroadcast(a, dy);
            if (!tape.NeedsGradient(b))
                return;
            Tensor db = Empty(dy.Sizes, dy.Device);
            Ops.Affine(dy, -1, 0, db);
            tape.AccumulateBroadcast(b, db, fresh: true);
        });
        return y;
    }

    private static Tensor RecordMultiply(GradientTape tape, Tensor a, Tensor b, Tensor y)
    {
        tape.Record(
            y,
            new Operands(a, b),
            static (GradientTape tape, in RecordedOperation operation, Tensor dy) =>
            {
                (Tensor a, Tensor b) = (operation.Operands.A!, operation.Operands.B!);
                if (tape.NeedsGradient(a))
                    tape.AccumulateBroadcast(a, Product(dy, b), fresh: true);
                if (tape.NeedsGradient(b))
                    tape.AccumulateBroadcast(b, Product(dy, a), fresh: true);
            });
        return y;
    }

    private static Tensor RecordDivide(GradientTape tape, Tensor a, Tensor b, Tensor y)
    {
        tape.Record(y, dy =>
        {
            Tensor da = Empty(dy.Sizes, dy.Device);
            Compute(NrnnBinaryOp.Divide, dy, b, da);
            if (tape.NeedsGradient(b))
            {
                Tensor db = Product(da, y);
                Ops.Affine(db, -1, 0, db);
                tape.AccumulateBroadcast(b, db, fresh: true);
            }
            tape.AccumulateBroadcast(a, da, fresh: true);
        });
        return y;
    }

    private static Tensor Product(Tensor wide, Tensor factor)
    {
        Tensor product = Empty(wide.Sizes, wide.Device);
        Compute(NrnnBinaryOp.Multiply, wide, factor, product);
        return product;
    }
}
