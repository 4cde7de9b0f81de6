using NativeRnn.Layers;

namespace NativeRnn.Tests.Layers;

public sealed class CellOptionsTests : IDisposable
{
    private const int Steps = 3;
    private const int Input = 3;
    private const int Hidden = 5;

    private readonly Device _device = Device.Cpu(1);

    private static readonly Dictionary<string, RecurrentOptions> s_all = new()
    {
        ["hard sigmoid"] = new() { RecurrentActivation = GateActivation.HardSigmoid() },
        ["hard sigmoid 3"] = new() { RecurrentActivation = GateActivation.HardSigmoid(1 / 6f) },
        ["relu"] = new() { Activation = GateActivation.Relu },
        ["softsign"] = new() { Activation = GateActivation.Softsign },
        ["affine"] = new() { Activation = GateActivation.Affine(0.75f, 0.125f) },
        ["elu"] = new() { Activation = GateActivation.Elu() },
        ["sigmoid"] = new() { Activation = GateActivation.Sigmoid },
        ["tanh gates"] = new() { RecurrentActivation = GateActivation.Tanh },
        ["output"] = new() { OutputActivation = GateActivation.Softsign },
        ["peephole"] = new() { Peephole = true },
        ["coupled"] = new() { CoupledGates = true },
        ["coupled peephole"] = new() { CoupledGates = true, Peephole = true },
        ["normalised"] = new() { LayerNormalization = true },
        // With these limits no element lies within the differences' step of the kink.
        ["cell clip"] = new() { CellClip = 0.1f },
        ["weak cell clip"] = new() { CellClip = 0.2f },
        ["zoneout"] = new() { ZoneoutHidden = 0.25f },
        ["zoneout cell"] = new() { ZoneoutHidden = 0.125f, ZoneoutCell = 0.25f },
    };

    public static TheoryData<string, RnnCell> Cases()
    {
        TheoryData<string, RnnCell> cases = [];
        foreach (string name in s_all.Keys)
        {
            cases.Add(name, RnnCell.Lstm);
        }

        foreach (string name in new[] { "hard sigmoid", "elu", "normalised", "zoneout" })
        {
            cases.Add(name, RnnCell.Gru);
        }

        foreach (string name in new[] { "softsign", "affine", "sigmoid", "normalised", "zoneout" })
        {
            cases.Add(name, RnnCell.RnnTanh);
        }

        return cases;
    }

    public void Dispose() => _device.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_WithOption_FollowsTheEquations(string name, RnnCell cell)
    {
        RecurrentLayer layer = Layer(cell, s_all[name]);
        layer.SetTraining(false);
        Tensor x = Numbers.Tensor(_device, 1, Steps, 1, Input);
        VariantRecurrence plain = new(cell, Hidden, s_all[name], layer.StateDict());

        AssertFollows(plain, x, layer.Forward(x));
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(0.04f, 0f)]
    [InlineData(0.04f, 0.25f)]
    public void Forward_WithProjection_FollowsTheEquations(float clip, float zoneout)
    {
        RecurrentOptions options = new() { ProjectionClip = clip, ZoneoutHidden = zoneout };
        Lstm layer = new(Input, Hidden, projSize: 2, seed: 1, device: _device, options: options);
        layer.SetTraining(false);
        Tensor x = Numbers.Tensor(_device, 1, Steps, 1, Input);
        VariantRecurrence plain = new(RnnCell.Lstm, Hidden, options, layer.StateDict(), 2);

        (Tensor output, LstmState state) = layer.Forward(x, null);

        AssertFollows(plain, x, output);
        Assert.Equal([1, 1, 2], state.Hidden.Shape.ToArray());
        Assert.Equal([1, 1, Hidden], state.Cell.Shape.ToArray());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_WithOption_AreTheDifferences(string name, RnnCell cell)
    {
        RecurrentLayer layer = Layer(cell, s_all[name]);
        layer.SetTraining(false);
        CheckGradients(layer);
    }

    [Fact]
    public void Gradients_WithProjection_AreTheDifferences() =>
        CheckGradients(new Lstm(Input, Hidden, 2, projSize: 2, seed: 1, device: _device));

    [Theory]
    [InlineData("dropout")]
    [InlineData("recurrent")]
    [InlineData("weight")]
    [InlineData("zoneout")]
    public void Training_WithSameSeed_DropsTheSame(string which)
    {
        RecurrentOptions options = Dropping(which);
        using Device threads = Device.Cpu(3);
        Tensor x = Numbers.Tensor(_device, 1, Steps, 4, Input);
        Tensor same = Numbers.Tensor(threads, 1, Steps, 4, Input);
        Lstm one = new(Input, Hidden, seed: 7, device: _device, options: options);
        Lstm three = new(Input, Hidden, seed: 7, device: threads, options: options);

        float[] first = one.Forward(x).ToArray();
        Assert.Equal(first, three.Forward(same).ToArray());
        Assert.NotEqual(first, one.Forward(x).ToArray());
        one.SetTraining(false);
        Assert.Equal(one.Forward(x).ToArray(), one.Forward(x).ToArray());
    }

    [Theory]
    [InlineData("dropout")]
    [InlineData("recurrent")]
    [InlineData("weight")]
    public void Evaluation_WithDropoutOption_EqualsPlainLayer(string which)
    {
        Tensor x = Numbers.Tensor(_device, 1, Steps, 4, Input);
        Gru dropping = new(Input, Hidden, seed: 7, device: _device, options: Dropping(which));
        Gru plain = new(Input, Hidden, seed: 7, device: _device);
        dropping.SetTraining(false);

        Numbers.AssertClose(
            [.. plain.Forward(x).ToArray().Select(v => (double)v)],
            dropping.Forward(x).ToArray(), 1e-6);
    }

    [Fact]
    public void StateDict_WithAllOptions_NamesThem()
    {
        Lstm layer = new(
            Input, Hidden, projSize: 2, seed: 1, device: _device,
            options: new RecurrentOptions { Peephole = true, LayerNormalization = true });

        Assert.Equal(
            [
                "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_hr_l0",
                "weight_peephole_l0", "weight_norm_ih_l0", "weight_norm_hh_l0",
                "weight_norm_cell_l0", "bias_norm_cell_l0",
            ],
            layer.StateDict().Keys);
        Assert.Equal([2, Hidden], layer.StateDict()["weight_hr_l0"].Shape.ToArray());
    }

    [Fact]
    public void KerasStyle_WithKerasNames_Runs()
    {
        Lstm layer = new(4, options: new RecurrentOptions
        {
            Activation = GateActivation.Relu,
            RecurrentActivation = GateActivation.HardSigmoid(),
            Dropout = 0.1f,
            RecurrentDropout = 0.2f,
        });

        Assert.Equal([2, 4], layer.Forward(Numbers.Tensor(_device, 1, 2, 3, 5)).Shape.ToArray());
    }

    [Fact]
    public void Pack_WithOptions_SaysWhy()
    {
        Lstm layer = new(
            Input, Hidden, seed: 1, device: _device,
            options: new RecurrentOptions { Peephole = true });

        Assert.Contains(
            "options", Assert.Throws<NotSupportedException>(() => layer.Pack()).Message);
    }

    public static TheoryData<string, RecurrentOptions, RnnCell> Wrong() => new()
    {
        { "options.Dropout", new RecurrentOptions { Dropout = 1 }, RnnCell.Lstm },
        { "options.RecurrentDropout", new RecurrentOptions { RecurrentDropout = -1 }, RnnCell.Gru },
        { "options.WeightDropout", new RecurrentOptions { WeightDropout = float.NaN }, RnnCell.Gru },
        { "options.ZoneoutHidden", new RecurrentOptions { ZoneoutHidden = 2 }, RnnCell.RnnTanh },
        { "options.ZoneoutCell", new RecurrentOptions { ZoneoutCell = 0.5f }, RnnCell.Gru },
        { "options.CellClip", new RecurrentOptions { CellClip = -1 }, RnnCell.Lstm },
        { "options.ProjectionClip", new RecurrentOptions { ProjectionClip = 1 }, RnnCell.Lstm },
        { "options.Peephole", new RecurrentOptions { Peephole = true }, RnnCell.Gru },
        { "options.CoupledGates", new RecurrentOptions { CoupledGates = true }, RnnCell.RnnTanh },
        {
            "options.NormalizationEpsilon", new RecurrentOptions { NormalizationEpsilon = 0 },
            RnnCell.Lstm
        },
        {
            "options.RecurrentActivation",
            new RecurrentOptions { RecurrentActivation = GateActivation.Relu }, RnnCell.RnnTanh
        },
        {
            "options.OutputActivation",
            new RecurrentOptions { OutputActivation = GateActivation.Relu }, RnnCell.Gru
        },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Constructor_WithWrongOption_NamesIt(
        string named, RecurrentOptions options, RnnCell cell)
    {
        ArgumentException error =
            Assert.ThrowsAny<ArgumentException>(() => Layer(cell, options));
        Assert.Contains(named, error.Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Hidden)]
    public void Constructor_WithWrongProjSize_NamesIt(int projSize) =>
        Assert.Equal(
            "projSize",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => new Lstm(Input, Hidden, projSize: projSize, device: _device)).ParamName);

    private static RecurrentOptions Dropping(string which) => which switch
    {
        "dropout" => new() { Dropout = 0.5f },
        "recurrent" => new() { RecurrentDropout = 0.5f },
        "weight" => new() { WeightDropout = 0.5f },
        _ => new() { ZoneoutHidden = 0.5f, ZoneoutCell = 0.25f },
    };

    private static void AssertFollows(VariantRecurrence plain, Tensor x, Tensor output)
    {
        float[] values = x.ToArray();
        List<double> wanted = [];
        for (int t = 0; t < Steps; t++)
        {
            wanted.AddRange(
                plain.Step([.. values.Skip(t * Input).Take(Input).Select(v => (double)v)]));
        }

        Numbers.AssertClose(wanted, output.ToArray(), 1e-5);
    }

    private RecurrentLayer Layer(RnnCell cell, RecurrentOptions options) => cell switch
    {
        RnnCell.Lstm => new Lstm(Input, Hidden, seed: 1, device: _device, options: options),
        RnnCell.Gru => new Gru(Input, Hidden, seed: 1, device: _device, options: options),
        _ => new SimpleRnn(Input, Hidden, seed: 1, device: _device, options: options),
    };

    private void CheckGradients(RecurrentLayer layer)
    {
        Tensor x = Numbers.Tensor(_device, 1, 2, 2, Input).RequireGradient();
        GradientCheck.Run(
            _device,
            () => GradientCheck.WeightedSum(layer.Forward(x), _device),
            [x, .. GradientCheck.ParametersOf(layer)]);
    }
}
