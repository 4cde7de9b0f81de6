namespace NativeRnn.Models;

/// <summary>What is left of a graph when its constants are computed: steps over numbered values.</summary>
internal sealed class OnnxProgram
{
    private readonly OnnxValue?[] _start;
    private readonly IReadOnlyList<OnnxStep> _steps;
    private readonly int[] _inputs;
    private readonly int[] _outputs;
    private readonly Device _device;

    /// <param name="start">Values of constants and weights at their places, null at the others.</param>
    /// <param name="steps">In order.</param>
    /// <param name="inputs">Places of the inputs.</param>
    /// <param name="outputs">Places of the outputs.</param>
    /// <param name="device">Where it runs.</param>
    internal OnnxProgram(
        OnnxValue?[] start, IReadOnlyList<OnnxStep> steps, int[] inputs, int[] outputs, Device device)
    {
        _start = start;
        _steps = steps;
        _inputs = inputs;
        _outputs = outputs;
        _device = device;
    }

    /// <summary>Runs it.</summary>
    /// <param name="inputs">In the order of the inputs.</param>
    /// <exception cref="ArgumentException">An input does not fit; the message names the node that found it.</exception>
    internal OnnxValue[] Run(IReadOnlyList<OnnxValue> inputs)
    {
        var values = (OnnxValue?[])_start.Clone();
        for (int input = 0; input < _inputs.Length; input++)
            values[_inputs[input]] = inputs[input];

        foreach (OnnxStep step in _steps)
        {
            OnnxValue?[] given = Array.ConvertAll(step.Inputs, place => place < 0 ? null : values[place]);
            OnnxValue[] made = Call(step.Node, given, _device, null);
            for (int output = 0; output < step.Outputs.Length; output++)
            {
                if (step.Outputs[output] >= 0)
                    values[step.Outputs[output]] = made[output];
            }

            foreach (int place in step.Ends)
                values[place] = null;
        }

        return Array.ConvertAll(_outputs, place => values[place]!);
    }

    /// <summary>Runs one node.</summary>
    /// <exception cref="ArgumentException">Its inputs don't fit; the message names it.</exception>
    internal static OnnxValue[] Call(OnnxNode node, OnnxValue?[] inputs, Device device, OnnxBudget? budget)
    {
        try
        {
            OnnxValue[] made = node.Operator.Run(new OnnxCall(node, inputs, device, budget));
            for (int output = made.Length; output < node.Outputs.Length; output++)
            {
                if (node.Gives(output))
                    throw new ArgumentException($"its output {output} is not computed here");
            }

            return made;
        }
        catch (Exception wrong) when (wrong is ArgumentException or OverflowException)
        {
            throw new ArgumentException($"{node.Place}: {wrong.Message}", wrong);
        }
    }
}
