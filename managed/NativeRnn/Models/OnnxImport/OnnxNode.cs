using NativeRnn.Formats.Onnx;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>A node of an ONNX graph: an operator, its attributes, and the names of its inputs and outputs.</summary>
internal sealed class OnnxNode
{
    /// <exception cref="ArgumentException">Attributes or counts of inputs and outputs are wrong.</exception>
    internal OnnxNode(NodeProto proto, string place, OnnxOperator @operator, long opset)
    {
        Proto = proto;
        Place = place;
        Operator = @operator;
        Opset = opset;
        Inputs = [.. proto.Input];
        Outputs = [.. proto.Output];
        Attributes = new OnnxAttributes(proto.Attribute, @operator.Attributes);
        Require(Inputs.Length, @operator.LeastInputs, @operator.MostInputs, "inputs");
        Require(Outputs.Length, 1, @operator.MostOutputs, "outputs");
        for (int input = 0; input < @operator.LeastInputs; input++)
        {
            if (Inputs[input].Length == 0)
                throw new ArgumentException($"input {input} is left out");
        }
    }

    internal NodeProto Proto { get; }

    /// <summary>How messages name it.</summary>
    internal string Place { get; }

    internal OnnxOperator Operator { get; }

    /// <summary>The version of the operators that the file is written for.</summary>
    internal long Opset { get; }

    internal OnnxAttributes Attributes { get; }

    /// <summary>Names; an empty one is an input that is left out.</summary>
    internal string[] Inputs { get; }

    /// <inheritdoc cref="Inputs"/>
    internal string[] Outputs { get; }

    /// <summary>What runs it, where that has weights or a state of its own.</summary>
    internal Module? Layer { get; set; }

    /// <summary>Whether an output has a name, and so may be used.</summary>
    internal bool Gives(int output) => output < Outputs.Length && Outputs[output].Length > 0;

    private static void Require(int count, int least, int most, string what)
    {
        string upTo = most == int.MaxValue ? " or more" : $" to {most}";
        if (count < least || count > most)
            throw new ArgumentException($"{count} {what}, must be {least}{(most == least ? "" : upTo)}");
    }
}
