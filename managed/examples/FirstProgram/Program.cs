// Learns to go on with a wave: from twenty values to the one that follows.
using NativeRnn;
using NativeRnn.Layers;
using NativeRnn.Training;

const int Count = 400, Steps = 20;
float[] wave = [.. Enumerable.Range(0, Count + Steps).Select(i => MathF.Sin(0.25f * i))];
Tensor x = Tensor.From([.. Enumerable.Range(0, Count).SelectMany(i => wave.Skip(i).Take(Steps))], [Count, Steps, 1]);
Tensor y = Tensor.From(wave.AsSpan(Steps), [Count, 1]);

Sequential model = new() { new Lstm(32), new Dense(1) };
model.Compile(new MeanSquaredError(), new Adam(learningRate: 0.01f));
model.Fit(x, y, epochs: 20);

float[] predicted = model.Predict(x).ToArray();
for (int i = 0; i < 5; i++)
{
    Console.WriteLine($"after {wave[i + Steps - 1],6:F3} comes {wave[i + Steps],6:F3}, predicted {predicted[i],6:F3}");
}
