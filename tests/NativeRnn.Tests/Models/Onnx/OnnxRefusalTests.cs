using NativeRnn.Layers;
using NativeRnn.Models;
using NativeRnn.Tests.Cli;
using NativeRnn.Training;

namespace NativeRnn.Tests.Models.Onnx;

/// <summary>What has no form in ONNX is refused with the layer's name, and no file is left.</summary>
public sealed class OnnxRefusalTests
{
    private static readonly Dictionary<string, (Func<Module> Model, string[] Words)> Refused = new()
    {
        ["a projection"] = (
            () => new Sequential(new Dense(6, seed: 1), new Lstm(6, 5, projSize: 3, batchFirst: true, seed: 1)),
            ["layer 1 (Lstm)", "projection"]),
        ["layer normalisation in cells"] = (
            () => new Gru(6, 5, batchFirst: true, seed: 1, options: new RecurrentOptions { LayerNormalization = true }),
            ["Gru", "layer normalisation"]),
        ["a clip of the cell state"] = (
            () => new Lstm(6, 5, batchFirst: true, seed: 1, options: new RecurrentOptions { CellClip = 1 }),
            ["Lstm", "limits its cell state"]),
        ["zoneout"] = (
            () => new Lstm(6, 5, batchFirst: true, seed: 1, options: new RecurrentOptions { ZoneoutHidden = 0.1f }),
            ["Lstm", "zoneout"]),
        ["coupled gates that are not odd"] = (
            () => new Lstm(6, 5, batchFirst: true, seed: 1, options: new RecurrentOptions
            {
                CoupledGates = true,
                RecurrentActivation = GateActivation.Tanh,
            }),
            ["Lstm", "coupled"]),
        ["an elementwise recurrence"] = (
            () => new Sequential(new MinGru(5, returnSequences: true, seed: 1)), ["layer 0 (MinGru)", "MinGru"]),
        ["a cell run step by step"] = (
            () => new Sequential(new Rnn(new GruCell(6, 5, seed: 1))), ["layer 0 (Rnn)", "the host has found"]),
        ["a stateful layer"] = (
            () => new Sequential(new Lstm(5, stateful: true, seed: 1)), ["layer 0 (Lstm)", "stateful"]),
        ["an operation of the program's own"] = (
            () => new Sequential(new Lambda(x => GradientTape.Operation("Sine", x, y => y * 2, (_, _, dy) => dy))),
            ["layer 0 (Lambda)", "\"Sine\""]),
        ["numbers read on the host"] = (
            () => new Sequential(new Dense(6, seed: 1), new Lambda(x => x * x.Max().Item())),
            ["layer 1 (Lambda)", "on the host"]),
        ["numbers made on the host"] = (
            () => new Lambda(x => x + Tensor.From(
                [.. Enumerable.Range(0, x.Shape[1]).Select(step => (float)step)], [x.Shape[1], 1], x.Device)),
            ["numbers that the host has made"]),
        ["a loop over the steps"] = (
            () => new Lambda(x =>
            {
                Tensor sum = x[.., 0];
                for (int step = 1; step < x.Shape[1]; step++)
                {
                    sum = (sum * 0.5f) + x[.., step];
                }

                return sum;
            }),
            ["loop over the steps"]),
        ["same padding with a stride and a dilation"] = (
            () => new Conv1d(4, 3, TimePadding.Same, stride: 2, dilation: 2, seed: 1), ["Conv1d", "Same padding"]),
        ["a tensor changed in place"] = (
            () => new Lambda(x =>
            {
                Tensor y = x * 2;
                y.Fill(1);
                return y + x;
            }),
            ["in place"]),
    };

    public static TheoryData<string> Names() => [.. Refused.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Export_OfWhatOnnxLacks_NamesTheLayer(string name)
    {
        (Func<Module> model, string[] words) = Refused[name];
        using TemporaryDirectory folder = new();
        string path = folder.File("model.onnx");

        NotSupportedException refused = Assert.Throws<NotSupportedException>(
            () => OnnxModel.Export(model(), path, OnnxCase.Sequences));

        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Export_WithNamesTwice_IsAnArgumentException()
    {
        using TemporaryDirectory folder = new();

        ArgumentException wrong = Assert.Throws<ArgumentException>(
            () => OnnxModel.Export(new Lambda(x => x * 2), folder.File("model.onnx"), OnnxCase.Sequences, "x"));

        Assert.Contains("name x", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Export_WhileATapeIsOn_IsRefused()
    {
        using TemporaryDirectory folder = new();
        using Device device = Device.Cpu(1);
        Linear layer = new(6, 2, seed: 1, device: device);
        using GradientTape tape = device.Record();

        InvalidOperationException wrong = Assert.Throws<InvalidOperationException>(
            () => OnnxModel.Export(layer, folder.File("model.onnx"), OnnxCase.Sequences));

        Assert.Contains("tape", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Export_OfAnInputThatTheModelRefuses_ThrowsWhatTheModelThrows()
    {
        using TemporaryDirectory folder = new();

        Assert.Throws<ArgumentException>(() => OnnxModel.Export(
            new Linear(5, 2, seed: 1), folder.File("model.onnx"), OnnxCase.Sequences));
    }
}
