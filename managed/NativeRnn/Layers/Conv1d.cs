namespace NativeRnn.Layers;

/// <summary>
/// Convolution over time (as everywhere in the field a cross-correlation): with windows of K steps,
/// y[b,t,o] = bias[o] + sum over c and k of weight[o,c,k] x[b, t stride + k dilation - left, c].
/// Sequences are [B,T,C]; weights are shaped as PyTorch's, [O, C / groups, K].
/// </summary>
public sealed class Conv1d : Module
{
    private readonly TimeWindow _window;
    private readonly bool _hasBias;
    private readonly bool _kerasStyle;
    private readonly long _seed;
    private Parameter? _weight;
    private Parameter? _bias;

    /// <summary>
    /// A layer as in Keras: the input's channels are found in the first Forward. The weights start
    /// after Glorot, the bias 0.
    /// </summary>
    /// <param name="filters">Channels that go out, O, 1 to 65536.</param>
    /// <param name="kernelSize">Steps of a window, K, 1 to 65536.</param>
    /// <param name="padding">What stands around the sequence.</param>
    /// <param name="stride">Steps from one window to the next, 1 to 65536.</param>
    /// <param name="dilation">Steps from one of a window to the next, 1 to 65536.</param>
    /// <param name="groups">
    /// Parts that channels are divided into, each with filters of its own; divides both numbers.
    /// </param>
    /// <param name="activation">Applied to the output.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    public Conv1d(
        int filters,
        int kernelSize,
        TimePadding padding = TimePadding.Valid,
        int stride = 1,
        int dilation = 1,
        int groups = 1,
        Activation activation = Activation.None,
        bool bias = true,
        long? seed = null)
        : this(filters, new TimeWindow(kernelSize, stride, dilation, padding), groups, bias, seed)
    {
        _kerasStyle = true;
        Activation = ActivationLayer.Checked(activation);
    }

    /// <summary>
    /// A layer as in PyTorch, but for the order of the axes. Weights and bias start uniform in
    /// ±1/sqrt(K C / groups).
    /// </summary>
    /// <param name="inChannels">Channels that come in, C, 1 to 65536.</param>
    /// <param name="outChannels">Channels that go out, O, 1 to 65536.</param>
    /// <param name="kernelSize">Steps of a window, K, 1 to 65536.</param>
    /// <param name="stride">Steps from one window to the next, 1 to 65536.</param>
    /// <param name="padding">What stands around the sequence.</param>
    /// <param name="dilation">Steps from one of a window to the next, 1 to 65536.</param>
    /// <param name="groups">
    /// Parts that channels are divided into, each with filters of its own; divides both numbers.
    /// </param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="seed">Of the weights; null: the next of <see cref="RandomSeed"/>.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    public Conv1d(
        int inChannels,
        int outChannels,
        int kernelSize,
        int stride = 1,
        TimePadding padding = TimePadding.Valid,
        int dilation = 1,
        int groups = 1,
        bool bias = true,
        long? seed = null,
        Device? device = null)
        : this(outChannels, new TimeWindow(kernelSize, stride, dilation, padding), groups, bias, seed) =>
        Build(Sizes.Require(inChannels, nameof(inChannels)), device ?? Device.Default);

    private Conv1d(int outChannels, TimeWindow window, int groups, bool bias, long? seed)
    {
        OutChannels = Sizes.Require(outChannels, nameof(outChannels));
        _window = window.Checked();
        Groups = Sizes.Require(groups, nameof(groups));
        RequireDivisible(outChannels, nameof(outChannels));
        _hasBias = bias;
        _seed = seed ?? RandomSeed.Next();
    }

    /// <summary>Channels that come in, C; 0 while they are not known.</summary>
    public int InChannels { get; private set; }

    /// <summary>Channels that go out, O.</summary>
    public int OutChannels { get; }

    /// <summary>Parts that channels are divided into.</summary>
    public int Groups { get; }

    /// <summary>Steps of a window, K.</summary>
    public int KernelSize => _window.Kernel;

    /// <summary>Steps from one window to the next.</summary>
    public int Stride => _window.Stride;

    /// <summary>Steps from one of a window to the next.</summary>
    public int Dilation => _window.Dilation;

    /// <summary>What stands around the sequence.</summary>
    public TimePadding Padding => _window.Padding;

    /// <summary>Applied to the output.</summary>
    public Activation Activation { get; }

    /// <summary>The weights, [O, C / groups, K]; null while the channels are not known.</summary>
    public Parameter? Weight => _weight;

    /// <summary>The bias, [O]; null without, or while the channels are not known.</summary>
    public Parameter? Bias => _bias;

    internal override bool IsBuilt => _weight is not null;

    /// <summary>Convolves each sequence.</summary>
    /// <param name="input">[B,T,C]; without padding T must reach over a window.</param>
    /// <returns>[B,T',O], T' = ceil(T / stride), without padding of the steps that begin a window.
    /// </returns>
    public override Tensor Forward(Tensor input)
    {
        PoolingLayer.RequireSequence(input);
        if (!IsBuilt)
        {
            Build(Sizes.Require(input.Shape[2], nameof(input)), input.Device);
        }

        if (input.Shape[2] != InChannels)
        {
            throw new ArgumentException(
                $"input is {Sizes.Text(input.Shape)}; its last size must be {InChannels}",
                nameof(input));
        }

        Sizes.RequireDevice(input, _weight!.Value.Device, nameof(input));
        int mark = OperationTrace.Mark(input.Device);
        Tensor windows = _window.Windows(input);
        Tensor output = Groups == 1 ? Product(windows) : GroupedProduct(windows);
        input.Device.Trace?.Fuse(
            mark,
            TracedKind.Convolution,
            new TracedConvolution(_window, Groups),
            [output],
            [input, _weight.Value, _bias?.Value]);
        return ActivationLayer.Apply(Activation, output);
    }

    // One product of all windows, [B,T',K C], with the weights, [O, K C].
    private Tensor Product(Tensor windows)
    {
        int width = KernelSize * InChannels;
        Tensor weight = _weight!.Value.Permute(0, 2, 1).Reshape(OutChannels, width);
        return AffineLayer.Apply(
            windows.Reshape(windows.Shape[0], windows.Shape[1], width), weight, _bias?.Value);
    }

    // A product for each group: [G, B T', K C/G] with [G, K C/G, O/G].
    private Tensor GroupedProduct(Tensor windows)
    {
        (int batch, int steps) = (windows.Shape[0], windows.Shape[1]);
        int inputs = InChannels / Groups, outputs = OutChannels / Groups;
        Tensor parts = windows.Reshape(batch * steps, KernelSize, Groups, inputs)
            .Permute(2, 0, 1, 3).Reshape(Groups, batch * steps, KernelSize * inputs);
        Tensor weight = _weight!.Value.Reshape(Groups, outputs, inputs, KernelSize)
            .Permute(0, 3, 2, 1).Reshape(Groups, KernelSize * inputs, outputs);
        Tensor y = parts.MatMul(weight).Permute(1, 0, 2).Reshape(batch, steps, OutChannels);
        return _bias is null ? y : y + _bias.Value;
    }

    // Of each output, all taps of all inputs of its group; Keras' fan-out is of all outputs, with
    // groups too.
    private WeightShape WeightsOf(int width)
    {
        int inputs = width * KernelSize;
        return new WeightShape(OutChannels, inputs, inputs, OutChannels * KernelSize, inputs);
    }

    /// <summary>Makes the parameters.</summary>
    internal void Build(int inChannels, Device device)
    {
        RequireDivisible(inChannels, nameof(inChannels));
        int width = inChannels / Groups;
        float[] values = new float[(long)OutChannels * width * KernelSize];
        float[] biases = new float[OutChannels];
        RandomStream random = new(_seed);
        if (_kerasStyle)
        {
            Initializer.GlorotUniform.Fill(values, WeightsOf(width), random);
        }
        else
        {
            Initializer.PyTorchUniform.Fill(values, WeightsOf(width), random);
            Initializer.PyTorchUniform.Fill(
                biases, WeightShape.Vector(OutChannels, width * KernelSize), random);
        }

        InChannels = inChannels;
        Tensor weight = Tensor.NewOwned([OutChannels, width, KernelSize], device);
        weight.Write(values);
        _weight = Register(new Parameter("weight", weight));
        if (_hasBias)
        {
            Tensor bias = Tensor.NewOwned([OutChannels], device);
            bias.Write(biases);
            _bias = Register(new Parameter("bias", bias));
        }
    }

    private void RequireDivisible(int channels, string name)
    {
        if (channels % Groups != 0)
        {
            throw new ArgumentException(
                $"{name} is {channels}; it must be a multiple of groups, {Groups}", name);
        }
    }
}
