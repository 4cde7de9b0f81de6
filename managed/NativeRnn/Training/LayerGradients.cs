using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>The gradients that arrive at the steps of a recurrent layer.</summary>
public sealed class LayerGradients
{
    internal LayerGradients(Module module, string name, ProbedSteps steps, IReadOnlyList<double> norms)
    {
        (Module, Name, Norms) = (module, name, norms);
        (Layer, IsReverse) = (steps.Index, steps.Direction == 1);
    }

    /// <summary>The layer's name in its model, such as <c>0</c> or <c>encoder.lstm</c>.</summary>
    public string Name { get; }

    /// <summary>Which layer of a stack, from 0.</summary>
    public int Layer { get; }

    /// <summary>Whether it is the direction that runs backward in time.</summary>
    public bool IsReverse { get; }

    /// <summary>
    /// The 2-norm, over the batch and the units, of the gradient by h_t, for each step t from 0. h_t
    /// acts on the loss through the layer's output at t and, by the recurrence, through all steps that
    /// come after it; rows that have ended count nothing.
    /// </summary>
    public IReadOnlyList<double> Norms { get; }

    /// <summary>
    /// The norm at the step that runs first divided by that at the last: much below 1 the gradient
    /// vanishes on its way back, much above 1 it explodes.
    /// </summary>
    public double FirstToLast => RunsReversed ? Norms[^1] / Norms[0] : Norms[0] / Norms[^1];

    /// <summary>The recurrent layer.</summary>
    internal Module Module { get; }

    /// <summary>Whether the last step of time runs first.</summary>
    internal bool RunsReversed => IsReverse != (Module is RecurrentLayer { GoBackwards: true });

    /// <summary>The name with what tells it apart: <c>lstm, layer 1, reverse</c>.</summary>
    public string Title =>
        $"{Name}, layer {Layer}{(IsReverse ? ", reverse" : string.Empty)}";
}
