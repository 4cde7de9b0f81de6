namespace Benchmarks;

/// <summary>An ONNX model that is built node by node and written as a ModelProto.</summary>
internal sealed class OnnxGraph
{
    // What ONNX calls its types, and versions that every ONNX Runtime of today reads.
    private const int Float = 1;
    private const int Int64 = 7;
    private const int IntAttribute = 2;
    private const int TextAttribute = 3;
    private const int IntsAttribute = 7;
    private const int IrVersion = 8;
    private const int OperatorSet = 14;

    private readonly List<OnnxMessage> _nodes = [];
    private readonly List<OnnxMessage> _constants = [];
    private readonly List<OnnxMessage> _inputs = [];
    private readonly List<OnnxMessage> _outputs = [];

    public static OnnxMessage Attribute(string name, long value) =>
        new OnnxMessage().Text(1, name).Int(3, value).Int(20, IntAttribute);

    public static OnnxMessage Attribute(string name, string value) =>
        new OnnxMessage().Text(1, name).Text(4, value).Int(20, TextAttribute);

    public static OnnxMessage Attribute(string name, long[] values) =>
        new OnnxMessage().Text(1, name).Ints(8, values).Int(20, IntsAttribute);

    /// <summary>An operation; empty names are inputs or outputs that are left out.</summary>
    public void Node(
        string operation, string[] inputs, string[] outputs, params OnnxMessage[] attributes) =>
        _nodes.Add(new OnnxMessage()
            .Texts(1, inputs).Texts(2, outputs).Text(4, operation).Parts(5, attributes));

    public string Constant(string name, float[] values, params long[] shape) =>
        Constant(name, Float, shape, message => message.Data(9, values));

    public string Constant(string name, long[] values) =>
        Constant(name, Int64, [values.Length], message => message.Data(9, values));

    public void Input(string name, params long[] shape) => _inputs.Add(Value(name, shape));

    public void Output(string name, params long[] shape) => _outputs.Add(Value(name, shape));

    public byte[] ToArray()
    {
        OnnxMessage graph = new OnnxMessage()
            .Parts(1, _nodes).Text(2, "layers").Parts(5, _constants)
            .Parts(11, _inputs).Parts(12, _outputs);
        return new OnnxMessage()
            .Int(1, IrVersion).Part(7, graph).Part(8, new OnnxMessage().Int(2, OperatorSet))
            .ToArray();
    }

    private static OnnxMessage Value(string name, long[] shape)
    {
        OnnxMessage sizes = new OnnxMessage()
            .Parts(1, shape.Select(size => new OnnxMessage().Int(1, size)));
        OnnxMessage tensor = new OnnxMessage().Int(1, Float).Part(2, sizes);
        return new OnnxMessage().Text(1, name).Part(2, new OnnxMessage().Part(1, tensor));
    }

    private string Constant(string name, int type, long[] shape, Action<OnnxMessage> addData)
    {
        OnnxMessage message = new OnnxMessage().Ints(1, shape).Int(2, type).Text(8, name);
        addData(message);
        _constants.Add(message);
        return name;
    }
}
