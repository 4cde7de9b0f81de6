using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;
using static NativeRnn.Tests.WrongInput.WrongInput;

namespace NativeRnn.Tests.WrongInput;

/// <summary>Wrong input of losses, optimisers, schedules, metrics, decoders and data.</summary>
public sealed class TrainingWrongInputTests
{
    private const float Infinity = float.PositiveInfinity;

    private static readonly Dictionary<string, WrongInput> Inputs = new()
    {
        ["learning rate NaN"] = Range(
            "LearningRate", "NaN", "at least 0 and finite", _ => new Adam(float.NaN)),
        ["learning rate set to infinity"] = Range(
            "LearningRate", Infinity.ToString(), "at least 0 and finite",
            _ => new Sgd { LearningRate = Infinity }),
        ["beta of 1"] = Range("beta2", "1", "[0, 1)", _ => new AdamW(beta2: 1)),
        ["beta NaN"] = Range("beta1", "NaN", "[0, 1)", _ => new Lion(beta1: float.NaN)),
        ["epsilon of 0"] = Range("epsilon", "0", "above 0", _ => new Adam(epsilon: 0)),
        ["weight decay NaN"] = Range(
            "weightDecay", "NaN", "at least 0", _ => new RmsProp(weightDecay: float.NaN)),
        ["momentum of 1"] = Range("momentum", "1", "[0, 1)", _ => new Sgd(momentum: 1)),
        ["negative initial sum"] = Range(
            "initialSum", "-1", "at least 0", _ => new Adagrad(initialSum: -1)),
        ["clip norm NaN"] = Range(
            "maxNorm", "NaN", "above 0", d => Optimizer(d).ClipGradientNorm(float.NaN)),
        ["clip norm of 0"] = Range(
            "maxNorm", "0", "above 0", d => Optimizer(d).ClipGradientNorm(0)),
        ["clip value NaN"] = Range(
            "maxValue", "NaN", "above 0", d => Optimizer(d).ClipGradientValue(float.NaN)),
        ["clip value of every step"] = Range(
            "ClipValue", "-1", "at least 0 and finite", d => Optimizer(d).ClipValue = -1),
        ["gradients NaN"] = Other<NativeRnnException>(
            "NaN", "step 1", d =>
            {
                Linear layer = new(2, 1, device: d);
                Sgd optimizer = new(layer.Parameters());
                layer.Parameters().First().Gradient.Fill(float.NaN);
                optimizer.ClipGradientNorm(1);
            }),
        ["no parameters"] = Of("parameters", "no parameters", "parameters", _ => new Adam([])),
        ["average of decay 1"] = Range(
            "decay", "1", "[0, 1)",
            d => new ExponentialMovingAverage(new Linear(1, 1, device: d), 1)),
        ["schedule of rate NaN"] = Range(
            "rate", "NaN", "at least 0 and finite", _ => new ConstantSchedule(float.NaN)),
        ["schedule of no steps"] = Range(
            "steps", "0", "at least 1", _ => new CosineSchedule(0.1f, 0)),
        ["one cycle's momentum"] = Range(
            "momentum", "(0.9, 0.5)", "Low <= High",
            _ => new OneCycleSchedule(0.1f, 10, momentum: (0.9f, 0.5f))),
        ["label smoothing NaN"] = Range(
            "labelSmoothing", "NaN", "[0, 1]",
            _ => new CrossEntropyLoss(labelSmoothing: float.NaN)),
        ["ignored index of a class"] = Range(
            "ignoreIndex", "0", "negative", _ => new CrossEntropyLoss(0)),
        ["positive weight of infinity"] = Range(
            "positiveWeight", Infinity.ToString(), "above 0 and finite",
            _ => new BinaryCrossEntropy(positiveWeight: Infinity)),
        ["delta NaN"] = Range("delta", "NaN", "above 0 and finite", _ => new Huber(float.NaN)),
        ["quantile of 1"] = Range("quantiles", "1", "(0, 1)", _ => new QuantileLoss(0.5f, 1)),
        ["targets of other rows"] = Of(
            "targets", "[2]", "[3, 2]",
            d => new CrossEntropyLoss().Evaluate(Zeros(d, 3, 2), Indices(d, 2))),
        ["targets of floats"] = Of(
            "targets", "Float32", "int32",
            d => new CrossEntropyLoss().Evaluate(Zeros(d, 3, 2), Zeros(d, 3))),
        ["a class out of range"] = Of(
            "targets", "[1] is 2", "0..1",
            d => new CrossEntropyLoss().Evaluate(Zeros(d, 2, 2), Integers(d, 0, 2))),
        ["a negative class"] = Of(
            "targets", "[0] is -1", "0..1",
            d => new SparseCategoricalCrossEntropy().Evaluate(Zeros(d, 1, 2), Integers(d, -1))),
        ["a class of log-probabilities"] = Of(
            "targets", "5", "0 to 1",
            d => new NegativeLogLikelihood().Evaluate(Zeros(d, 1, 2), Integers(d, 5))),
        ["squared error of other shapes"] = Of(
            "targets", "[3, 1]", "[3, 2]",
            d => new MeanSquaredError().Evaluate(Zeros(d, 3, 2), Zeros(d, 3, 1))),
        ["an empty loss"] = Of(
            "targets", "[0, 2]", "not be empty",
            d => new Huber().Evaluate(Zeros(d, 0, 2), Zeros(d, 0, 2))),
        ["targets on another device"] = OnOther(
            "targets", (d, other) => new MeanSquaredError().Evaluate(
                Zeros(d, 3, 2), Zeros(other, 3, 2))),
        ["classes on another device"] = OnOther(
            "targets", (d, other) => new CrossEntropyLoss().Evaluate(
                Zeros(d, 3, 2), Indices(other, 3))),
        ["ctc labels on another device"] = OnOther(
            "targets", (d, other) => new CtcLoss().Evaluate(
                Zeros(d, 1, 4, 3), Indices(other, 1, 2))),
        ["weights of samples NaN"] = Of(
            "weights", "NaN", "finite", d => new MeanSquaredError().Evaluate(
                Zeros(d, 2, 2), Zeros(d, 2, 2), Tensor.From([1, float.NaN], d))),
        ["weights of other samples"] = Of(
            "weights", "[3]", "[2, 2]", d => new MeanSquaredError().Evaluate(
                Zeros(d, 2, 2), Zeros(d, 2, 2), Zeros(d, 3))),
        ["weights that add up below 0"] = Of(
            "weights", "-2", "not negative", d => new MeanSquaredError
            {
                Reduction = Reduction.WeightedMean,
            }.Evaluate(Zeros(d, 2, 1), Zeros(d, 2, 1), Tensor.From([-0.5f, -1.5f], d))),
        ["a mask that is NaN"] = Of(
            "mask", "NaN", "finite", d => new MeanSquaredError().Evaluate(
                Zeros(d, 2, 2), Zeros(d, 2, 2), null, Tensor.From([1, float.NaN], d))),
        ["weights of classes NaN"] = Of(
            "weights", "NaN", "finite", d => ClassWeights.Of(
                Integers(d, 0), new Dictionary<int, float> { [0] = float.NaN })),
        ["a blank that is no class"] = Of(
            "predictions", "blank is 3", "3 classes",
            d => new CtcLoss(3).Evaluate(Zeros(d, 1, 4, 3), Indices(d, 1, 2))),
        ["a ctc label that is no class"] = Of(
            "targets", "[0,1] is 3", "0..2",
            d => new CtcLoss().Evaluate(Zeros(d, 1, 4, 3), Tensor.From([1, 3], [1, 2], d))),
        ["ctc lengths beyond T"] = Of(
            "lengths", "5", "0 to 4", d => new CtcLoss().EvaluateRows(
                Zeros(d, 1, 4, 3), Tensor.From([1, 2], [1, 2], d), Integers(d, 5))),
        ["ctc target lengths beyond S"] = Of(
            "targetLengths", "3", "0 to 2", d => new CtcLoss().EvaluateRows(
                Zeros(d, 1, 4, 3), Tensor.From([1, 2], [1, 2], d), null, Integers(d, 3))),
        ["a beam of no prefix"] = Range(
            "beamWidth", "0", "at least 1",
            d => new CtcDecoder().PrefixBeam(Zeros(d, 1, 4, 3), 0)),
        ["logits of a decoder NaN"] = Of(
            "logits", "NaN", "finite",
            d => new CtcDecoder().PrefixBeam(Tensor.Full([1, 2, 3], float.NaN, d))),
        ["top 0"] = Range("k", "0", "1", _ => new TopKAccuracyMetric(0)),
        ["a metric's class out of range"] = Of(
            "targets", "7", "2 classes",
            d => new AccuracyMetric().Update(Zeros(d, 1, 2), Integers(d, 7))),
        ["a metric's score NaN"] = Of(
            "predictions", "NaN", "rank", d => new AucMetric().Update(
                Tensor.Full([2, 1], float.NaN, d), Tensor.From([0f, 1], [2, 1], d))),
        ["sampling temperature NaN"] = Range(
            "temperature", "NaN", "at least 0 and finite", _ => new TokenSampler(float.NaN)),
        ["sampling beyond all"] = Range(
            "topP", "1.5", "(0, 1]", _ => new TokenSampler(topP: 1.5f)),
        ["sampling of a logit NaN"] = Of(
            "logits", "NaN", "finite", _ => new TokenSampler().Sample([0, float.NaN])),
        ["padding to a negative length"] = Range(
            "maxLength", "-1", "equal to '1'", d => SequencePadding.PadSequences(
                [new[] { 1, 2 }], -1, device: d)),
        ["windows of no steps"] = Range(
            "sequence", "0", "1", _ => new TextWindows(new int[5], 1, 0)),
        ["windows of no rows"] = Range("batch", "0", "1", _ => new TextWindows(new int[5], 0, 2)),
        ["an unknown character"] = Of(
            "text", "'z'", "vocabulary", _ => new CharVocabulary("abc").Encode("az")),
        ["a vocabulary with a character twice"] = Of(
            "characters", "'a'", "twice", _ => new CharVocabulary("aba")),
    };

    public static TheoryData<string> Names() => [.. Inputs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void WrongInput_Throws_WithArgumentValueAndRange(string name) => Inputs[name].Check();

    private static Sgd Optimizer(Device device) => new(new Linear(2, 1, device: device).Parameters());
}
