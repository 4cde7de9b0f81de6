// Which of ten frequencies has a noisy wave? Layers in a row, compiled and fitted as in Keras.
using NativeRnn;
using NativeRnn.Layers;
using NativeRnn.Training;

(Tensor x, Tensor y) = Waves.Create(count: 512, seed: 1);
(Tensor testX, Tensor testY) = Waves.Create(count: 128, seed: 2);

Sequential model = new()
{
    new Lstm(128, returnSequences: true),
    new Lstm(128),
    new Dense(10),
};
model.Compile(new CategoricalCrossEntropy(), new Adam(), new AccuracyMetric());

History history = model.Fit(x, y, epochs: 10);

Console.WriteLine(model.Summary());
foreach (EpochResult epoch in history.Epochs)
{
    Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.Training.Loss:F4}, " +
        $"accuracy {epoch.Training.Metrics["accuracy"]:P1}");
}

Evaluation test = model.Evaluate(testX, testY);
Console.WriteLine($"test: loss {test.Loss:F4}, accuracy {test.Metrics["accuracy"]:P1}");
