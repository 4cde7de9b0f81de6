// How long a fresh process takes from its first line to the first prediction, in milliseconds.
using System.Diagnostics;
using NativeRnn;
using NativeRnn.Layers;
using NativeRnn.Training;

long start = Stopwatch.GetTimestamp();
Sequential model = new() { new Lstm(32), new Dense(1) };
float[] y = model.Predict(Tensor.Zeros([1, 16, 8])).ToArray();
TimeSpan time = Stopwatch.GetElapsedTime(start);
Console.WriteLine(y.Length == 1 ? $"{time.TotalMilliseconds:F1} ms" : $"{y.Length} values in place of 1");
