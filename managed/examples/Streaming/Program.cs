// Many sessions served at once from one copy of the weights, each a step at a time.
using NativeRnn.Layers;

const int Sessions = 20;
const int Steps = 1000;
float[] last = new float[Sessions];

Lstm model = new(inputSize: 16, hiddenSize: 128, seed: 1); // trained, or loaded from a file
using RnnWeights weights = model.Pack(WeightStorage.Int8);

Parallel.For(0, Sessions, session =>
{
    using RnnStream stream = weights.OpenStream();
    float[] x = new float[weights.InputSize], y = new float[weights.HiddenSize];
    for (int step = 0; step < Steps; step++)
    {
        x[session % x.Length] = MathF.Sin(0.1f * step); // what has just come in
        stream.Step(x, y); // y: the last layer's h; the stream keeps its state
    }

    last[session] = y[0];
});

Console.WriteLine(
    $"{Sessions} sessions of {Steps} steps from {weights.ByteCount / 1024} KB of weights");
Console.WriteLine($"session 3 ended at {last[3]:F3}, session {3 + 16} at {last[3 + 16]:F3}");
