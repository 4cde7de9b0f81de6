using NativeRnn.Interop;

namespace NativeRnn.Layers;

/// <summary>
/// Layer normalisation (Ba 2016) over the last axis: with a row's mean m and variance v,
/// y = (x - m) / sqrt(v + epsilon) weight + bias. The weight starts as ones, the bias as zeros.
/// </summary>
public sealed class LayerNormalization : Module
{
    private readonly bool _affine;
    private Parameter? _weight;
    private Parameter? _bias;

    /// <summary>A layer whose size is found in the first Forward, as in Keras.</summary>
    /// <param name="epsilon">Added to the variance; at least 0, finite.</param>
    /// <param name="affine">Whether there are a weight and a bias.</param>
    public LayerNormalization(float epsilon = 1e-5f, bool affine = true)
    {
        if (!(epsilon >= 0) || float.IsInfinity(epsilon))
        {
            throw new ArgumentOutOfRangeException(
                nameof(epsilon), epsilon, "epsilon must be at least 0 and finite");
        }

        Epsilon = epsilon;
        _affine = affine;
    }

    /// <summary>A layer of a known size, as in PyTorch.</summary>
    /// <param name="normalizedSize">The size of the last axis, C, 1 to 65536.</param>
    /// <param name="epsilon">Added to the variance; at least 0, finite.</param>
    /// <param name="affine">Whether there are a weight and a bias.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    public LayerNormalization(
        int normalizedSize, float epsilon = 1e-5f, bool affine = true, Device? device = null)
        : this(epsilon, affine) =>
        Build(Sizes.Require(normalizedSize, nameof(normalizedSize)), device ?? Device.Default);

    /// <summary>The size of the last axis, C; 0 while it is not known.</summary>
    public int NormalizedSize { get; private set; }

    /// <summary>Added to the variance.</summary>
    public float Epsilon { get; }

    /// <summary>The factors, [C]; null without, or while the size is not known.</summary>
    public Parameter? Weight => _weight;

    /// <summary>What is added, [C]; null without, or while the size is not known.</summary>
    public Parameter? Bias => _bias;

    internal override bool IsBuilt => NormalizedSize > 0;

    /// <summary>Normalises each row.</summary>
    /// <param name="input">[..,C], at least one axis.</param>
    /// <returns>The same shape.</returns>
    public override Tensor Forward(Tensor input)
    {
        Sizes.RequireFloats(input, nameof(input));
        if (input.Rank == 0)
        {
            throw new ArgumentException("input must have at least one axis", nameof(input));
        }

        if (!IsBuilt)
        {
            Build(Sizes.Require(input.Shape[^1], nameof(input)), input.Device);
        }

        if (input.Shape[^1] != NormalizedSize)
        {
            throw new ArgumentException(
                $"input is {Sizes.Text(input.Shape)}; its last size must be {NormalizedSize}",
                nameof(input));
        }

        if (_weight is not null)
        {
            Sizes.RequireDevice(input, _weight.Value.Device, nameof(input));
        }

        return Apply(input);
    }

    /// <summary>Makes the parameters.</summary>
    internal void Build(int size, Device device)
    {
        NormalizedSize = size;
        if (!_affine)
        {
            return;
        }

        Tensor weight = Tensor.NewOwned([size], device);
        weight.Fill(1);
        _weight = Register(new Parameter("weight", weight));
        _bias = Register(new Parameter("bias", Tensor.NewOwned([size], device)));
    }

    private Tensor Apply(Tensor x)
    {
        (Tensor? weight, Tensor? bias) = (_weight?.Value, _bias?.Value);
        GradientTape? tape = GradientTape.For([x, weight, bias]);
        int rows = checked((int)(x.Length / NormalizedSize));
        Tensor y = Tensor.Empty(x.Shape, x.Device);
        Tensor? statistics = tape is null ? null : Tensor.Scratch([rows, 2], x.Device);
        Ops.LayerNormForward(x, weight, bias, Epsilon, y, statistics);
        x.Device.Trace?.Add(TracedKind.LayerNorm, Epsilon, y, x, weight, bias);
        tape?.Record(y, new Operands(x, weight, statistics, State: this), Backward);
        return y;
    }

    private static void Backward(GradientTape tape, in RecordedOperation operation, Tensor dy)
    {
        var layer = (LayerNormalization)operation.Operands.State!;
        Tensor x = operation.Operands.A!;
        (Tensor? weight, Tensor? bias) = (operation.Operands.B, layer._bias?.Value);
        Tensor? dx = tape.NeedsGradient(x) ? Tensor.Empty(x.Shape, x.Device) : null;
        Ops.LayerNormBackward(new LayerNormBackwardCall
        {
            X = x,
            Weight = weight,
            Statistics = operation.Operands.C!,
            Dy = dy,
            Dx = dx,
            Dweight = tape.NeedsGradient(weight) ? tape.GradientTarget(weight!) : null,
            Dbias = tape.NeedsGradient(bias) ? tape.GradientTarget(bias!) : null,
        });
        if (dx is not null)
        {
            tape.Accumulate(x, dx, fresh: true);
        }
    }
}
