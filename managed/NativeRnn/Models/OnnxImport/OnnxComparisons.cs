namespace NativeRnn.Models;

/// <summary>Comparisons, logic, and choices by them.</summary>
internal static class OnnxComparisons
{
    internal static Dictionary<string, OnnxOperator> Operators { get; } = new()
    {
        ["Equal"] = Compare((a, b) => a.EqualTo(b), (a, b) => a == b),
        ["Greater"] = Compare((a, b) => a.Greater(b), (a, b) => a > b),
        ["Less"] = Compare((a, b) => a.Less(b), (a, b) => a < b),
        ["GreaterOrEqual"] = Compare((a, b) => Either(a.Greater(b), a.EqualTo(b)), (a, b) => a >= b),
        ["LessOrEqual"] = Compare((a, b) => Either(a.Less(b), a.EqualTo(b)), (a, b) => a <= b),
        ["And"] = Logic((a, b) => a * b, (a, b) => a & b),
        ["Or"] = Logic(Either, (a, b) => a | b),
        ["Xor"] = Logic((a, b) => (a - b).Abs(), (a, b) => a ^ b),
        ["Not"] = new(call => [Not(call[0], call.Device)], 1, 1),
        ["Where"] = new(call => [Where(call)], 3, 3),
    };

    private static Tensor Either(Tensor a, Tensor b) => (a + b).Greater(0);

    private static OnnxOperator Compare(Func<Tensor, Tensor, Tensor> floats, Func<long, long, bool> integers) => new(
        call =>
        {
            OnnxValue result = OnnxElementwise.Combine(
                call, call[0], call[1], floats, (a, b) => integers(a, b) ? 1 : 0);
            return result.IsFloats
                ? [OnnxValue.Condition(result.Floats(call.Device))]
                : [OnnxValue.Integers(result.ToIntegers(), result.Shape.ToArray(), OnnxKind.Boolean)];
        },
        2,
        2);

    private static OnnxOperator Logic(Func<Tensor, Tensor, Tensor> floats, Func<long, long, long> integers) => new(
        call =>
        {
            (OnnxValue a, OnnxValue b) = (Condition(call[0]), Condition(call[1]));
            call.Claim(OnnxShape.Broadcast(a.Shape, b.Shape));
            return a.IsFloats || b.IsFloats
                ? [OnnxValue.Condition(floats(a.Floats(call.Device), b.Floats(call.Device)))]
                : [OnnxElementwise.Combine(call, a, b, null, integers)];
        },
        2,
        2);

    private static OnnxValue Condition(OnnxValue value) => value.Kind == OnnxKind.Boolean
        ? value
        : throw new ArgumentException($"booleans are needed, the value {value.ShapeText} is {value.Kind}");

    private static OnnxValue Not(OnnxValue x, Device device) => Condition(x).IsFloats
        ? OnnxValue.Condition(1 - x.Floats(device))
        : x.With(Array.ConvertAll(x.ToIntegers(), value => 1 - value), x.Shape.ToArray());

    private static OnnxValue Where(OnnxCall call)
    {
        (OnnxValue condition, OnnxValue a, OnnxValue b) = (Condition(call[0]), call[1], call[2]);
        int[] shape = call.Claim(OnnxShape.Broadcast(OnnxShape.Broadcast(a.Shape, b.Shape), condition.Shape));
        if (a.Kind == OnnxKind.Float || b.Kind == OnnxKind.Float)
            return OnnxValue.Of(Tensor.Where(
                condition.Floats(call.Device), a.Floats(call.Device), b.Floats(call.Device)));
        long[] chosen = HostIntegers.Expand(condition.ToIntegers(), condition.Shape, shape);
        long[] first = HostIntegers.Expand(a.ToIntegers(), a.Shape, shape);
        long[] second = HostIntegers.Expand(b.ToIntegers(), b.Shape, shape);
        return a.With([.. chosen.Select((choice, k) => choice != 0 ? first[k] : second[k])], shape);
    }
}
