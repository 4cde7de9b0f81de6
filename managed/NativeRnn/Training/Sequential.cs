using System.Collections;
using System.Diagnostics.CodeAnalysis;
using NativeRnn.Layers;

namespace NativeRnn.Training;

/// <summary>
/// Layers in a row, each fed with the output of the one before, with training as in Keras:
/// <see cref="Compile"/>, <c>Fit</c>, <c>Evaluate</c>, <see cref="Predict"/>; and <c>Save(path)</c> of
/// <c>NativeRnn.Models.SavedModel</c>.
/// </summary>
/// <example>
/// <code>
/// Sequential model = new() { new Lstm(128, returnSequences: true), new Lstm(128), new Dense(10) };
/// model.Compile(new CategoricalCrossEntropy(), new Adam(), new AccuracyMetric());
/// model.Fit(x, y, epochs: 10);
/// </code>
/// </example>
[SuppressMessage("Naming", "CA1710", Justification = "Keras' name.")]
public sealed partial class Sequential : Module, IEnumerable<Module>
{
    private readonly List<Module> _layers = [];
    private readonly List<int[]?> _shapes = [];
    private Loss? _loss;
    private Optimizer? _optimizer;
    private Metric[] _metrics = [];

    /// <summary>Layers in a row; their names are 0, 1, …</summary>
    /// <param name="layers">The first layers; more may be added before the model is used.</param>
    public Sequential(params Module[] layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        Array.ForEach(layers, Add);
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<Module> Layers => _layers;

    /// <summary>
    /// The shape that each layer gave for one row when the model was built; null: not known.
    /// </summary>
    internal IReadOnlyList<int[]?> OutputShapes
    {
        get => _shapes;
        set
        {
            for (int index = 0; index < _shapes.Count; index++)
            {
                _shapes[index] = value[index];
            }
        }
    }


    /// <summary>Adds a layer behind the others.</summary>
    /// <param name="layer">It is fed with the output of the last one.</param>
    /// <exception cref="InvalidOperationException">The model is compiled already.</exception>
    public void Add(Module layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (_optimizer is not null)
        {
            throw new InvalidOperationException("add all layers before Compile");
        }

        Register($"{_layers.Count}", layer);
        _layers.Add(layer);
        _shapes.Add(null);
    }

    /// <summary>The layers, from the first to the last.</summary>
    public IEnumerator<Module> GetEnumerator() => _layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Runs all layers.</summary>
    /// <param name="input">As the first layer wants it.</param>
    /// <returns>The last layer's output.</returns>
    public override Tensor Forward(Tensor input) => ForwardMasked(input, null).Output;

    /// <inheritdoc/>
    /// <remarks>A mask that one layer makes goes to the next ones.</remarks>
    public override MaskedTensor ForwardMasked(Tensor input, SequenceMask? mask)
    {
        RequireLayers();
        MaskedTensor output = new(input, mask);
        foreach (Module layer in _layers)
        {
            input.Device.Trace?.Part = layer;
            // The zeros of Build would all be masked.
            output = IsTrial
                ? new MaskedTensor(layer.Forward(output.Output), null)
                : layer.ForwardMasked(output.Output, output.Mask);
        }

        return output;
    }

    /// <summary>
    /// Makes the parameters of layers that learn their input's size from it. Fit does it by itself;
    /// it is needed before loading weights into a new model.
    /// </summary>
    /// <param name="inputShape">Of a whole input, the batch's axis included; its size is free.</param>
    /// <param name="dtype">Int32 if the first layer takes indices.</param>
    /// <param name="device">Of the parameters; null: <see cref="Device.Default"/>.</param>
    public void Build(
        ReadOnlySpan<int> inputShape, DType dtype = DType.Float32, Device? device = null)
    {
        RequireLayers();
        if (Writer is not null)
        {
            // It has its parameters, and can't run without targets.
            return;
        }

        Device target = device ?? Device.Default;
        int[] shape = inputShape.ToArray();
        if (shape.Length > 0)
        {
            shape[0] = 1;
        }

        SetTrial(true);
        try
        {
            InEvaluation(() => Try(shape, dtype, target));
        }
        finally
        {
            SetTrial(false);
        }
    }

    /// <summary>Says how the model is trained.</summary>
    /// <param name="loss">What gets small.</param>
    /// <param name="optimizer">One without parameters, or with this model's.</param>
    /// <param name="metrics">What is reported beside the loss.</param>
    /// <exception cref="InvalidOperationException">The optimiser has parameters of another model.
    /// </exception>
    public void Compile(Loss loss, Optimizer optimizer, params Metric[] metrics)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(metrics);
        if (metrics.Select(metric => metric.Name).Distinct().Count() != metrics.Length)
        {
            throw new ArgumentException("two metrics have one name", nameof(metrics));
        }

        RequireLayers();
        CheckSoftmax(loss);
        optimizer.RequireParametersOf(this);
        (_loss, _optimizer, _metrics) = (loss, optimizer, [.. metrics]);
    }

    /// <summary>A table of the layers, their output shapes and how many weights they have.</summary>
    /// <returns>Lines of text; sizes that depend on the batch are shown as *.</returns>
    public string Summary() => SequentialSummary.Write(_layers, _shapes);

    private void RequireLayers()
    {
        if (_layers.Count == 0)
        {
            throw new InvalidOperationException("the model has no layers: add at least one");
        }
    }

    private void Try(int[] shape, DType dtype, Device device)
    {
        using GradientTape tape = device.Record(gradients: false);
        Tensor output = Tensor.NewOwned(shape, device, dtype);
        for (int index = 0; index < _layers.Count; index++)
        {
            output = _layers[index].Forward(output);
            _shapes[index] = output.Shape.ToArray();
        }
    }

    // Layers that carry their state don't take it from a batch of zeros.
    private void SetTrial(bool trial)
    {
        foreach ((_, Module module) in NamedModules())
        {
            module.IsTrial = trial;
        }
    }

    // A softmax before a loss that applies one trains badly and silently.
    private void CheckSoftmax(Loss loss)
    {
        bool softmax = _layers[^1] is Dense { Activation: Activation.Softmax }
            or ActivationLayer { Activation: Activation.Softmax };
        bool logits = loss is CrossEntropyLoss or CategoricalCrossEntropy { FromLogits: true };
        if (softmax && logits)
        {
            throw new ArgumentException(
                "the last layer applies a softmax, and so does this loss: leave the activation out, " +
                "or take new CategoricalCrossEntropy(fromLogits: false)", nameof(loss));
        }
    }
}
