using NativeRnn.Data;
using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Layers;

/// <summary>Wrong calls of layers and training: each gives its exception, and names what is wrong.
/// </summary>
public sealed class WrongCallsTests : IDisposable
{
    private static readonly Dictionary<string, WrongCall> Calls = new()
    {
        ["lstm of no units"] = Range(d => new Lstm(0), "units"),
        ["lstm of too many units"] = Range(d => new Lstm(65537), "units"),
        ["lstm of no input"] = Range(d => new Lstm(0, 4, device: d), "inputSize"),
        ["lstm of no hidden units"] = Range(d => new Lstm(4, 0, device: d), "hiddenSize"),
        ["lstm of no layers"] = Range(d => new Lstm(4, 4, 0, device: d), "numLayers"),
        ["lstm of 65 layers"] = Range(d => new Lstm(4, 4, 65, device: d), "numLayers"),
        ["lstm that drops all"] = Range(d => new Lstm(4, 4, 2, dropout: 1, device: d), "dropout"),
        ["gru that drops NaN"] = Range(
            d => new Gru(4, 4, 2, dropout: float.NaN, device: d), "dropout"),
        ["rnn with a softmax"] = Range(
            d => new SimpleRnn(4, activation: Activation.Softmax), "activation"),
        ["lstm fed with null"] = new(
            typeof(ArgumentNullException), d => MakeLstm(d).Forward((Tensor)null!), "input"),
        ["lstm fed with a matrix"] = Argument(
            d => MakeLstm(d).Forward(Zeros(d, 2, 4)), "input", "[T,B,I]"),
        ["lstm fed with another size"] = Argument(
            d => MakeLstm(d).Forward(Zeros(d, 2, 3, 5)), "input", "must be 4"),
        ["lstm fed with no steps"] = Argument(
            d => MakeLstm(d).Forward(Zeros(d, 0, 3, 4)), "input", "at least 1"),
        ["lstm fed with indices"] = Argument(
            d => MakeLstm(d).Forward(Indices(d, 2, 3, 4)), "input", "Int32"),
        ["lstm with another state"] = Argument(
            d => MakeLstm(d).Forward(Zeros(d, 2, 3, 4), (Zeros(d, 1, 2, 6), Zeros(d, 1, 3, 6))),
            "state", "[1, 3, 6]"),
        ["lstm with another cell"] = Argument(
            d => MakeLstm(d).Forward(Zeros(d, 2, 3, 4), (Zeros(d, 1, 3, 6), Zeros(d, 3, 6))),
            "state", "[1, 3, 6]"),
        ["lstm with float lengths"] = Argument(
            d => MakeLstm(d).Forward(Zeros(d, 2, 3, 4), null, Zeros(d, 3)), "lengths", "int32"),
        ["lstm with too few lengths"] = Argument(
            d => MakeLstm(d).Forward(Zeros(d, 2, 3, 4), null, Indices(d, 2)), "lengths", "[3]"),
        ["dense of no units"] = Range(d => new Dense(0), "units"),
        ["dense of an unknown activation"] = Range(d => new Dense(1, (Activation)99), "activation"),
        ["linear of no input"] = Range(d => new Linear(0, 1, device: d), "inputSize"),
        ["linear of no output"] = Range(d => new Linear(1, 0, device: d), "outputSize"),
        ["linear fed with another size"] = Argument(
            d => new Linear(3, 2, device: d).Forward(Zeros(d, 5, 4)), "input", "must be 3"),
        ["linear fed with a number"] = Argument(
            d => new Linear(1, 2, device: d).Forward(Tensor.From([1f], [], d)), "input", "axis"),
        ["embedding of nothing"] = Range(d => new Embedding(0, 4, device: d), "vocabulary"),
        ["embedding of no dimension"] = Range(d => new Embedding(4, 0, device: d), "dimension"),
        ["embedding with a far padding"] = Range(
            d => new Embedding(4, 2, paddingIndex: 4, device: d), "paddingIndex"),
        ["embedding fed with floats"] = Argument(
            d => new Embedding(4, 2, device: d).Forward(Zeros(d, 3)), "input", "int32"),
        ["embedding fed with a far index"] = new(
            typeof(ArgumentException),
            d => new Embedding(4, 2, device: d).Forward(Tensor.From([4], [1], d)), "4"),
        ["dropout of all"] = Range(d => new Dropout(1), "rate"),
        ["dropout of less than none"] = Range(d => new Dropout(-0.1f), "rate"),
        ["a name with a dot"] = Argument(
            d => new Parameter("a.b", Zeros(d, 1)), "name", "a.b"),
        ["a parameter of indices"] = Argument(
            d => new Parameter("a", Indices(d, 1)), "value", "Int32"),
        ["a name used twice"] = Argument(d => new TwoOfOneName(d), "name", "'part'"),
        ["a module without Forward"] = new(
            typeof(NotSupportedException), d => new NoForward().Forward(Zeros(d, 1)), "NoForward"),
        ["fit before compile"] = new(
            typeof(InvalidOperationException),
            d => new Sequential(new Dense(1)).Fit(Zeros(d, 2, 1), Zeros(d, 2, 1)), "Compile"),
        ["a softmax before one"] = Argument(
            d => new Sequential(new Dense(2, Activation.Softmax)).Compile(
                new CrossEntropyLoss(), new Adam()), "loss", "softmax"),
        ["fit of uneven rows"] = Argument(
            d => Compiled().Fit(Zeros(d, 2, 1), Zeros(d, 3, 1)), "y", "3"),
        ["fit of nothing"] = Argument(
            d => Compiled().Fit(Zeros(d, 0, 1), Zeros(d, 0, 1)), "x", "empty"),
        ["fit for no epoch"] = Range(
            d => Compiled().Fit(Zeros(d, 2, 1), Zeros(d, 2, 1), epochs: 0), "epochs"),
        ["fit of empty batches"] = Range(
            d => Compiled().Fit(Zeros(d, 2, 1), Zeros(d, 2, 1), batchSize: 0), "batchSize"),
        ["fit that validates all"] = Range(
            d => Compiled().Fit(Zeros(d, 2, 1), Zeros(d, 2, 1), options: Split(1)),
            "ValidationSplit"),
        ["fit with no row to train on"] = Argument(
            d => Compiled().Fit(Zeros(d, 1, 1), Zeros(d, 1, 1), options: Split(0.5f)),
            "options", "leaves none"),
        ["adam of no parameters"] = Argument(d => new Adam([]), "parameters", "no parameters"),
        ["adam of one parameter twice"] = Argument(
            d => new Adam(Twice(new Linear(1, 1, device: d))), "parameters", "twice"),
        ["adam with a negative rate"] = Range(d => new Adam(learningRate: -1), "LearningRate"),
        ["adam with beta1 of 1"] = Range(d => new Adam(beta1: 1), "beta1"),
        ["adam with no epsilon"] = Range(d => new Adam(epsilon: 0), "epsilon"),
        ["sgd with nesterov alone"] = Argument(
            d => new Sgd(nesterov: true), "nesterov", "momentum"),
        ["rmsprop with alpha of 1"] = Range(d => new RmsProp(alpha: 1), "alpha"),
        ["a step without parameters"] = new(
            typeof(InvalidOperationException), d => new Adam().Step(), "parameters"),
        ["clipping to nothing"] = Range(
            d => new Adam(new Linear(1, 1, device: d).Parameters()).ClipGradientNorm(0), "maxNorm"),
        ["an ignored index that is a class"] = Range(
            d => new CrossEntropyLoss(ignoreIndex: 0), "ignoreIndex"),
        ["too much smoothing"] = Range(
            d => new CrossEntropyLoss(labelSmoothing: 1.5f), "labelSmoothing"),
        ["cross-entropy of other rows"] = Argument(
            d => new CrossEntropyLoss().Evaluate(Zeros(d, 3, 2), Indices(d, 2)), "targets", "[2]"),
        ["cross-entropy of a far class"] = new(
            typeof(ArgumentException),
            d => new CrossEntropyLoss().Evaluate(Zeros(d, 1, 2), Tensor.From([2], [1], d)), "2"),
        ["squared error of other shapes"] = Argument(
            d => new MeanSquaredError().Evaluate(Zeros(d, 3, 2), Zeros(d, 3, 1)),
            "targets", "[3, 1]"),
        ["huber of no delta"] = Range(d => new Huber(0), "delta"),
        ["a model of no characters"] = Range(
            d => new LanguageModel(new LanguageModelOptions { Vocabulary = 0 }, d), "Vocabulary"),
        ["a trainer for no epoch"] = Range(
            d => new LanguageModelTrainer(
                Model(d), new LanguageModelTrainingOptions { Epochs = 0 }), "Epochs"),
        ["training on one character"] = Argument(
            d => new LanguageModelTrainer(Model(d), new LanguageModelTrainingOptions())
                .Train(new int[1], ReadOnlyMemory<int>.Empty), "text", "at least 2"),
        ["windows of no steps"] = Range(d => new TextWindows(new int[5], 1, 0), "sequence"),
        ["a generator with other characters"] = Argument(
            d => new TextGenerator(Model(d), new CharVocabulary("abc")), "vocabulary", "3"),
        ["a prompt of unknown characters"] = Argument(
            d => new TextGenerator(Model(d), new CharVocabulary("ab")).Generate("az"),
            "prompt", "'z'"),
        ["a text below no length"] = Range(
            d => new TextGenerator(Model(d), new CharVocabulary("ab")).Generate(
                "a", new GenerationOptions { Length = -1 }), "options"),
        ["sampling among none"] = Range(d => new TokenSampler(topK: 0), "topK"),
        ["sampling beyond all"] = Range(d => new TokenSampler(topP: 1.5f), "topP"),
        ["sampling at a negative temperature"] = Range(d => new TokenSampler(-1), "temperature"),
        ["saving two tensors of one name"] = Argument(
            d => Safetensors.Save("unused", [new("a", Zeros(d, 1)), new("a", Zeros(d, 1))]),
            "tensors", "'a'"),
        ["saving a tensor without a name"] = Argument(
            d => Safetensors.Save("unused", [new("", Zeros(d, 1))]), "tensors", "''"),
        ["loading from nowhere"] = new(
            typeof(DirectoryNotFoundException),
            d => LanguageModelDirectory.Load("no/such/directory", d), "no/such/directory"),
    };

    private readonly Device _device = TestDevice.Open();

    public void Dispose() => _device.Dispose();

    public static TheoryData<string> Names() => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void WrongCall_Throws_AndNamesTheArgument(string name)
    {
        WrongCall call = Calls[name];

        // A GPU tells of wrong contents, such as an index, when its work is awaited.
        Exception exception = Assert.Throws(call.Exception, () =>
        {
            call.Action(_device);
            _device.Synchronize();
        });

        Assert.All(call.Words, word => Assert.Contains(
            word, exception.Message, StringComparison.OrdinalIgnoreCase));
    }

    private static WrongCall Range(Action<Device> action, string argument) =>
        new(typeof(ArgumentOutOfRangeException), action, argument);

    private static WrongCall Argument(Action<Device> action, params string[] words) =>
        new(typeof(ArgumentException), action, words);

    private static Tensor Zeros(Device device, params int[] shape) => Tensor.Zeros(shape, device);

    private static Tensor Indices(Device device, params int[] shape) => Tensor.From(
        new int[shape.Aggregate(1, (length, size) => length * size)], shape, device);

    private static Lstm MakeLstm(Device device) => new(4, 6, device: device);

    private static IEnumerable<Parameter> Twice(Module module) =>
        module.Parameters().Concat(module.Parameters());

    private static FitOptions Split(float split) => new() { ValidationSplit = split };

    private static LanguageModel Model(Device device) => new(
        new LanguageModelOptions { Vocabulary = 2, Embedding = 2, Hidden = 3, Layers = 1 }, device);

    private static Sequential Compiled()
    {
        Sequential model = new(new Dense(1));
        model.Compile(new MeanSquaredError(), new Sgd());
        return model;
    }

    private sealed record WrongCall(Type Exception, Action<Device> Action, params string[] Words);

    private sealed class NoForward : Module;

    private sealed class TwoOfOneName : Module
    {
        public TwoOfOneName(Device device)
        {
            Register("part", new Linear(1, 1, device: device));
            Register(new Parameter("part", Zeros(device, 1)));
        }
    }
}
