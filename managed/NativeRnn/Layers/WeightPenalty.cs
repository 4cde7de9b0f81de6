using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>The penalties of the regularisers of some parameters, in one native call for all of them.</summary>
internal sealed class WeightPenalty(Parameter[] parameters)
{
    private long _seen = -1;
    private Tensor[] _values = [];
    private Tensor[] _gradients = [];
    private float[] _absolute = [];
    private float[] _square = [];

    /// <summary>Adds the penalties' gradient to the parameters' gradients.</summary>
    internal void Add()
    {
        if (Any())
        {
            Ops.Regularize(_values, _gradients, _absolute, _square);
        }
    }

    /// <summary>The sum of all penalties.</summary>
    internal float Value() => Any() ? Ops.Regularize(_values, [], _absolute, _square) : 0;

    // Collects the regularisers anew if one was set since the last time.
    private bool Any()
    {
        long changes = 0;
        foreach (Parameter parameter in parameters)
        {
            changes += parameter.RegularizerChanges;
        }

        if (changes != _seen)
        {
            List<(Tensor Value, Regularizer Regularizer, Tensor Gradient)> all =
                [.. parameters.SelectMany(parameter => parameter.Regularized())];
            _values = [.. all.Select(part => part.Value)];
            _gradients = [.. all.Select(part => part.Gradient)];
            _absolute = [.. all.Select(part => part.Regularizer.Absolute)];
            _square = [.. all.Select(part => part.Regularizer.Square)];
            _seen = changes;
        }

        return _values.Length > 0;
    }
}
