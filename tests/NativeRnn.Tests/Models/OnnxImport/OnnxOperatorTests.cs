namespace NativeRnn.Tests.Models.OnnxImport;

/// <summary>Each operator alone gives what ONNX Runtime gives.</summary>
public sealed class OnnxOperatorTests : OnnxTest
{
    public static TheoryData<string> Names() => [.. OnnxOperatorCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Operator_Alone_GivesOnnxRuntimesNumbers(string name) =>
        CheckAgainstOnnxRuntime(OnnxOperatorCases.All[name]());

    [Fact]
    public void Operators_AllOfThem_HaveACase()
    {
        HashSet<string> covered =
        [
            .. OnnxOperatorCases.All.Values.Concat(OnnxRecurrentNodes.All.Values)
                .SelectMany(make => make().Proto.Graph.Node)
                .Select(node => node.OpType),
        ];

        Assert.Empty(NativeRnn.Models.OnnxOperators.All.Keys.Except(covered));
    }
}
