using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// What <see cref="Dense"/> and <see cref="Linear"/> share: y = x weight^T + bias along the last
/// axis, weight [O,I], bias [O].
/// </summary>
public abstract class AffineLayer : Module
{
    private readonly bool _hasBias;
    private Parameter? _weight;
    private Parameter? _bias;

    private protected AffineLayer(int outputSize, bool bias)
    {
        OutputSize = outputSize;
        _hasBias = bias;
    }

    /// <summary>Numbers that come in, I; 0 while it is not known.</summary>
    public int InputSize { get; private set; }

    /// <summary>Numbers that go out, O.</summary>
    public int OutputSize { get; }

    /// <summary>The weights, [O,I]; null while the input's size is not known.</summary>
    public Parameter? Weight => _weight;

    /// <summary>The bias, [O]; null without, or while the input's size is not known.</summary>
    public Parameter? Bias => _bias;

    internal bool HasBias => _hasBias;

    internal override bool IsBuilt => _weight is not null;

    /// <summary>Computes x weight^T + bias.</summary>
    /// <param name="input">[..,I], at least one axis.</param>
    /// <returns>[..,O].</returns>
    public override Tensor Forward(Tensor input)
    {
        Sizes.RequireFloats(input, nameof(input));
        if (input.Rank == 0)
        {
            throw new ArgumentException("input must have at least one axis", nameof(input));
        }

        if (_weight is null)
        {
            Build(Sizes.Require(input.Shape[^1], nameof(input)), input.Device);
        }

        if (input.Shape[^1] != InputSize)
        {
            throw new ArgumentException(
                $"input is {Sizes.Text(input.Shape)}; its last size must be {InputSize}",
                nameof(input));
        }

        Sizes.RequireDevice(input, _weight!.Value.Device, nameof(input));
        return Apply(input, _weight.Value, _bias?.Value);
    }

    /// <summary>Makes the parameters.</summary>
    internal void Build(int inputSize, Device device)
    {
        InputSize = inputSize;
        float[] values = new float[(long)OutputSize * inputSize];
        float[] biases = new float[OutputSize];
        Initialize(values, biases);
        Tensor weight = Tensor.NewOwned([OutputSize, inputSize], device);
        weight.Write(values);
        _weight = Register(new Parameter("weight", weight));
        if (_hasBias)
        {
            Tensor bias = Tensor.NewOwned([OutputSize], device);
            bias.Write(biases);
            _bias = Register(new Parameter("bias", bias));
        }
    }

    /// <summary>Sets the values at the start; they are zeros before.</summary>
    private protected abstract void Initialize(Span<float> weight, Span<float> bias);

    /// <summary>Fills both, the weights first.</summary>
    private protected void Fill(
        Span<float> weight, Span<float> bias, Initializer kernel, Initializer biases, long seed)
    {
        RandomStream random = new(seed);
        kernel.Fill(weight, WeightShape.Matrix(OutputSize, InputSize, InputSize), random);
        biases.Fill(bias, WeightShape.Vector(OutputSize, InputSize), random);
    }

    /// <summary>x weight^T + bias along the last axis; recorded.</summary>
    internal static Tensor Apply(Tensor x, Tensor weight, Tensor? bias)
    {
        Span<int> shape = stackalloc int[x.Rank];
        x.Shape.CopyTo(shape);
        shape[^1] = weight.Shape[0];
        Tensor y = Tensor.Empty(shape, x.Device);
        Ops.LinearForward(x, weight, bias, y);
        x.Device.Trace?.Add(TracedKind.Linear, null, y, x, weight, bias);
        if (GradientTape.For([x, weight, bias]) is { } tape)
        {
            Record(tape, x, weight, bias, y);
        }

        return y;
    }

    private static void Record(
        GradientTape tape, Tensor x, Tensor weight, Tensor? bias, Tensor y) =>
        tape.Record(y, new Operands(x, weight, bias), Backward);

    private static void Backward(GradientTape tape, in RecordedOperation operation, Tensor dy)
    {
        (Tensor x, Tensor weight, Tensor? bias) =
            (operation.Operands.A!, operation.Operands.B!, operation.Operands.C);
        Tensor? dx = tape.NeedsGradient(x) ? Tensor.Empty(x.Shape, x.Device) : null;
        Ops.LinearBackward(new LinearBackwardCall
        {
            X = x,
            Weight = weight,
            Dy = dy,
            Dx = dx,
            Dweight = tape.NeedsGradient(weight) ? tape.GradientTarget(weight) : null,
            Dbias = tape.NeedsGradient(bias) ? tape.GradientTarget(bias!) : null,
        });
        if (dx is not null)
        {
            tape.Accumulate(x, dx, fresh: true);
        }
    }
}
