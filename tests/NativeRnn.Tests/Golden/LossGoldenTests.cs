using NativeRnn.Training;

namespace NativeRnn.Tests.Golden;

/// <summary>Losses against PyTorch's with reduction "mean": the value and its gradient.</summary>
[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class LossGoldenTests : IDisposable
{
    private const int Rows = 5;

    private static readonly GoldenFile Golden = new("losses");

    private static readonly Dictionary<string, Loss> Losses = new()
    {
        ["cross_entropy"] = new CrossEntropyLoss(),
        ["cross_entropy_smooth_ignore"] = new CrossEntropyLoss(-100, 0.125f),
        ["cross_entropy_shares"] = new CategoricalCrossEntropy(),
        ["cross_entropy_shares_smooth"] = new CategoricalCrossEntropy(labelSmoothing: 0.125f),
        ["nll"] = new NegativeLogLikelihood(),
        ["nll_ignore"] = new NegativeLogLikelihood(-100),
        ["bce_logits"] = new BinaryCrossEntropy(),
        ["bce_logits_positive"] = new BinaryCrossEntropy(positiveWeight: 2.5f),
        ["kl"] = new KullbackLeibler(),
        ["huber"] = new Huber(0.75f),
        ["smooth_l1"] = new Huber(),
        ["mse"] = new MeanSquaredError(),
        ["l1"] = new MeanAbsoluteError(),
        ["mse_weighted"] = new MeanSquaredError(),
    };

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<string> Names() => [.. Losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_HasPyTorchsNumbers(string key)
    {
        int columns = Golden[key + ".predictions"].Length / Rows;
        Tensor predictions =
            Golden.Tensor(_device, key + ".predictions", Rows, columns).RequireGradient();
        Tensor targets = Golden[key + ".targets"].Length == Rows
            ? Tensor.From(Golden.Integers(key + ".targets"), [Rows], _device)
            : Golden.Tensor(_device, key + ".targets", Rows, columns);
        Tensor? weights = key.EndsWith("weighted", StringComparison.Ordinal)
            ? Golden.Tensor(_device, "weights", Rows)
            : null;
        using GradientTape tape = _device.Record();

        Tensor loss = Losses[key].Evaluate(predictions, targets, weights);
        tape.Backward(loss);

        Golden.AssertClose(key + ".value", loss);
        Golden.AssertClose(key + ".predictions.grad", predictions.Gradient!);
    }
}
