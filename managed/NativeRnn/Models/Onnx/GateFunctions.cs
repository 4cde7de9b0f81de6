using NativeRnn.Formats.Onnx;
using NativeRnn.Interop;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>The functions of a recurrent layer's cell as ONNX names them.</summary>
internal static class GateFunctions
{
    /// <summary>The attributes of a node; none where the functions are the operator's own.</summary>
    internal static IEnumerable<AttributeProto> Attributes(RecurrentSettings settings)
    {
        RecurrentOptions options = settings.Options;
        GateActivation gates = options.RecurrentActivation ?? GateActivation.Sigmoid;
        GateActivation candidate = options.Activation
            ?? (settings.Cell == RnnCell.RnnRelu ? GateActivation.Relu : GateActivation.Tanh);
        GateActivation[] functions = settings.Cell switch
        {
            RnnCell.Lstm => [gates, candidate, options.OutputActivation ?? candidate],
            RnnCell.Gru => [gates, candidate],
            _ => [candidate],
        };
        if (gates == GateActivation.Sigmoid
            && functions.Skip(functions.Length > 1 ? 1 : 0).All(function => function == GateActivation.Tanh))
        {
            yield break;
        }

        GateActivation[] all = [.. Enumerable.Repeat(functions, settings.Directions).SelectMany(own => own)];
        yield return NodeAttribute.Texts("activations", all.Select(function => $"{function.Kind}"));
        float[] alphas = [.. all.Where(HasAlpha).Select(function => function.Alpha)];
        float[] betas = [.. all.Where(HasBeta).Select(function => function.Beta)];
        if (alphas.Length > 0)
        {
            yield return NodeAttribute.Floats("activation_alpha", alphas);
        }

        if (betas.Length > 0)
        {
            yield return NodeAttribute.Floats("activation_beta", betas);
        }
    }

    /// <summary>Whether f(-a) = 1 - f(a), which coupled gates need.</summary>
    internal static bool IsOdd(GateActivation? gates) => gates is null
        || gates.Kind == NrnnActivation.Sigmoid
        || (gates.Kind is NrnnActivation.HardSigmoid or NrnnActivation.Affine && gates.Beta == 0.5f);

    private static bool HasAlpha(GateActivation function) => HasBeta(function) || function.Kind == NrnnActivation.Elu;

    private static bool HasBeta(GateActivation function) =>
        function.Kind is NrnnActivation.HardSigmoid or NrnnActivation.Affine;
}
