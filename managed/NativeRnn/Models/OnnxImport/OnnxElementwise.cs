namespace NativeRnn.Models;

/// <summary>
/// Arithmetic on each element, with broadcasting. Integers are 64-bit and computed on the host; floats on the device,
/// with gradients.
/// </summary>
internal static class OnnxElementwise
{
    // 2 / sqrt(pi): the slope of erf at 0.
    private const float ErfSlope = 1.1283792f;
    private const float ErfLinear = 1e-3f;
    private const int MostFactors = 64;

    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["Add"] = Binary((a, b) => a + b, (a, b) => a + b),
        ["Sub"] = Binary((a, b) => a - b, (a, b) => a - b),
        ["Mul"] = Binary((a, b) => a * b, (a, b) => a * b),
        ["Div"] = Binary((a, b) => a / b, Quotient),
        ["Mod"] = new(Mod, 2, 2, "fmod"),
        ["Pow"] = new(Pow, 2, 2),
        ["Max"] = Variadic((a, b) => Tensor.Where(a.Greater(b), a, b), Math.Max),
        ["Min"] = Variadic((a, b) => Tensor.Where(a.Less(b), a, b), Math.Min),
        ["Sum"] = Variadic((a, b) => a + b, (a, b) => a + b),
        ["Mean"] = new(Mean, 1, int.MaxValue),
        ["Neg"] = Unary(x => -x, value => -value),
        ["Abs"] = Unary(x => x.Abs(), Math.Abs),
        ["Sqrt"] = Unary(x => x.Sqrt()),
        ["Exp"] = Unary(x => x.Exp()),
        ["Log"] = Unary(x => x.Log()),
        ["Reciprocal"] = Unary(x => 1 / x),
        ["Erf"] = Unary(Erf),
        ["Sin"] = Unary(x => Map("Sin", x, MathF.Sin, MathF.Cos)),
        ["Cos"] = Unary(x => Map("Cos", x, MathF.Cos, value => -MathF.Sin(value))),
        ["Floor"] = Unary(x => Map("Floor", x, MathF.Floor, _ => 0), value => value),
        ["Ceil"] = Unary(x => Map("Ceil", x, MathF.Ceiling, _ => 0), value => value),
        ["Round"] = Unary(x => Map("Round", x, MathF.Round, _ => 0), value => value),
        ["Sign"] = Unary(x => x.Greater(0) - x.Less(0), value => Math.Sign(value)),
        ["Identity"] = new(call => [call[0]], 1, 1),
        ["Clip"] = new(Clip, 1, 3, "min max"),
    };

    internal static OnnxOperator Unary(Func<Tensor, Tensor> floats, Func<long, long>? integers = null) => new(
        call => call[0] is var x && integers is not null && x.Kind == OnnxKind.Integer
            ? [x.With(Array.ConvertAll(x.ToIntegers(), value => integers(value)), x.Shape.ToArray())]
            : [OnnxValue.Of(floats(call.Floats(0)))],
        1,
        1);

    internal static OnnxValue Combine(
        OnnxCall call, OnnxValue a, OnnxValue b, Func<Tensor, Tensor, Tensor>? floats, Func<long, long, long> integers)
    {
        int[] shape = call.Claim(OnnxShape.Broadcast(a.Shape, b.Shape));
        if (floats is not null && (a.Kind == OnnxKind.Float || b.Kind == OnnxKind.Float))
            return OnnxValue.Of(floats(a.Floats(call.Device), b.Floats(call.Device)));
        return a.With(
            HostIntegers.Zip(
                HostIntegers.Expand(a.ToIntegers(), a.Shape, shape),
                HostIntegers.Expand(b.ToIntegers(), b.Shape, shape),
                integers),
            shape);
    }

    /// <summary>A function of floats that no kernel has, computed on the host.</summary>
    private static Tensor Map(string name, Tensor x, Func<float, float> function, Func<float, float> slope) =>
        GradientTape.Operation(name, x, x => Map(x, function), (x, y, dy) => dy * Map(x, slope));

    private static Tensor Map(Tensor x, Func<float, float> function) =>
        Tensor.From(Array.ConvertAll(x.ToArray(), value => function(value)), x.Shape, x.Device);

    private static OnnxOperator Binary(Func<Tensor, Tensor, Tensor> floats, Func<long, long, long> integers) =>
        new(call => [Combine(call, call[0], call[1], floats, integers)], 2, 2);

    private static OnnxOperator Variadic(Func<Tensor, Tensor, Tensor> floats, Func<long, long, long> integers) => new(
        call => [All(call, floats, integers)], 1, int.MaxValue);

    private static OnnxValue All(OnnxCall call, Func<Tensor, Tensor, Tensor> floats, Func<long, long, long> integers)
    {
        OnnxValue all = call[0];
        for (int input = 1; input < call.Count; input++)
            all = Combine(call, all, call[input], floats, integers);
        return all;
    }

    private static OnnxValue[] Mean(OnnxCall call) =>
        [OnnxValue.Of(All(call, (a, b) => a + b, (a, b) => a + b).Floats(call.Device) / call.Count)];

    private static long Quotient(long a, long b) => b switch
    {
        0 => throw new ArgumentException("an integer is divided by 0"),
        -1 => unchecked(-a),
        _ => a / b,
    };

    // The sign of an integer remainder is the divisor's, unless fmod asks for C's.
    private static OnnxValue[] Mod(OnnxCall call)
    {
        bool asInC = call.Attributes.Flag("fmod");
        return [Combine(call, call[0], call[1], null, (a, b) =>
        {
            if (b == 0)
                throw new ArgumentException("an integer is divided by 0");
            long rest = b == -1 ? 0 : a % b;
            return !asInC && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
        })];
    }

    private static OnnxValue[] Pow(OnnxCall call)
    {
        OnnxValue exponent = call[1];
        if (exponent.Length != 1)
            throw new ArgumentException($"the exponent is {exponent.ShapeText}, must be one number");
        float power = exponent.ToNumber();
        if (call[0].Kind == OnnxKind.Integer)
            return [Combine(call, call[0], OnnxValue.Line((long)power), null, (a, b) => (long)Math.Pow(a, b))];
        Tensor x = call.Floats(0);
        int[] shape = call.Claim(OnnxShape.Broadcast(x.Shape, exponent.Shape));
        return [OnnxValue.Of(Power(x, power).Reshape(shape))];
    }

    private static Tensor Power(Tensor x, float power)
    {
        if (power == 0.5f)
            return x.Sqrt();
        if (power != MathF.Floor(power) || MathF.Abs(power) > MostFactors)
            return (x.Log() * power).Exp();
        if (power <= 0)
            return power == 0 ? Tensor.Ones(x.Shape, x.Device) : 1 / Power(x, -power);
        if (power == 1)
            return x;
        Tensor half = Power(x, MathF.Floor(power / 2)).Square();
        return power % 2 == 0 ? half : half * x;
    }

    // Of Gelu, u F(u) with the normal distribution's F: erf(x) = 2 F(sqrt(2) x) - 1. Near 0, where that would divide 0
    // by 0, it is a line; the next term is below 1e-9 there.
    private static Tensor Erf(Tensor x) => x.Device.Trace is null
        ? GradientTape.Operation("Erf", x, ErfOf, (x, y, dy) => dy * (x.Square() * -1).Exp() * ErfSlope)
        : ErfOf(x);

    private static Tensor ErfOf(Tensor x)
    {
        Tensor u = x * MathF.Sqrt(2);
        Tensor nearZero = u.Abs().Less(ErfLinear);
        Tensor safe = Tensor.Where(nearZero, Tensor.Ones([], u.Device), u);
        return Tensor.Where(nearZero, x * ErfSlope, (safe.Gelu() * 2 / safe) - 1);
    }

    private static OnnxValue[] Clip(OnnxCall call)
    {
        if (call[0].Kind == OnnxKind.Integer)
            return [ClipIntegers(call)];
        Tensor x = call.Floats(0);
        if (call.NumberOf("min", 1) is float least)
            x = Tensor.Where(x.Less(least), Tensor.Full([], least, x.Device), x);
        if (call.NumberOf("max", 2) is float most)
            x = Tensor.Where(x.Greater(most), Tensor.Full([], most, x.Device), x);
        return [OnnxValue.Of(x)];
    }

    private static OnnxValue ClipIntegers(OnnxCall call)
    {
        OnnxValue x = call[0];
        if (call.Optional(1) is { } least)
            x = Combine(call, x, OnnxValue.Integers([least.ToInteger()], []), null, Math.Max);
        return call.Optional(2) is { } most
            ? Combine(call, x, OnnxValue.Integers([most.ToInteger()], []), null, Math.Min)
            : x;
    }
}
