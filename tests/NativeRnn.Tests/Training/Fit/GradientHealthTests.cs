using NativeRnn.Layers;
using NativeRnn.Plotting;
using NativeRnn.Tests.Cli;
using NativeRnn.Tests.Layers;
using NativeRnn.Training;

namespace NativeRnn.Tests.Training.Fit;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class GradientHealthTests : IDisposable
{
    private const int Steps = 5;
    private const int Rows = 2;
    private const int Inputs = 3;
    private const int Hidden = 4;
    private const double StepSize = 1e-5;

    private readonly Device _device = TestDevice.Open();
    private readonly float[] _x = Numbers.Uniform(Rows * Steps * Inputs, 1);

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(RnnCell.Lstm, 1, false, false)]
    [InlineData(RnnCell.Gru, 1, false, false)]
    [InlineData(RnnCell.RnnTanh, 1, false, true)]
    [InlineData(RnnCell.Lstm, 2, true, false)]
    [InlineData(RnnCell.Lstm, 2, true, true)]
    [InlineData(RnnCell.Gru, 2, true, true)]
    public void Norms_EqualCentralDifferencesByEachHiddenState(RnnCell cell, int layers, bool bidirectional, bool ragged)
    {
        RecurrentLayer model = Layer(cell, layers, bidirectional);
        int[] lengths = ragged ? [3, Steps] : [Steps, Steps];
        Tensor? given = ragged ? Tensor.From(lengths, _device) : null;
        int width = Hidden * (bidirectional ? 2 : 1);
        float[] weights = Numbers.Uniform(Rows * Steps * width, 2);

        GradientHealth health = GradientHealth.Measure(model, () =>
        {
            Tensor y = model.Run(Tensor.From(_x, [Rows, Steps, Inputs], _device), null, given).Output;
            return (y.Square() * Tensor.From(weights, [Rows, Steps, width], _device)).Sum();
        });

        PlainStack plain = new(model.StateDict(), cell, layers, bidirectional, _x, lengths, weights);
        Assert.Equal(layers * (bidirectional ? 2 : 1), health.Layers.Count);
        foreach (LayerGradients layer in health.Layers)
        {
            int direction = layer.IsReverse ? 1 : 0;
            double[] wanted = [.. Enumerable.Range(0, Steps).Select(
                step => plain.Norm(layer.Layer, direction, step))];
            Assert.Equal(Steps, layer.Norms.Count);
            for (int step = 0; step < Steps; step++)
            {
                // Gradients in float, of sums of some 10 products.
                Assert.Equal(wanted[step], layer.Norms[step], 1e-5 * (1 + wanted[step]));
            }
        }
    }

    [Fact]
    public void Measure_OfAModel_LeavesItAsItWas_AndTellsVanishingGradients()
    {
        Sequential model = new(
            new SimpleRnn(6, returnSequences: true, seed: 1), new Dropout(0.5f, seed: 2),
            new Lstm(5, seed: 3), new Dense(1, seed: 4));
        model.Compile(new MeanSquaredError(), new Sgd());
        Tensor x = Numbers.Tensor(_device, 1, 3, 20, 2);
        Tensor y = Tensor.Ones([3, 1], _device);
        model.Build(x.Shape, device: _device);
        model.Parameters().First().Gradient.Fill(7);
        float[] before = [.. model.Parameters().SelectMany(parameter => parameter.Gradient.ToArray())];

        GradientHealth health = GradientHealth.Measure(model, x, y);

        Assert.Equal(["0", "2"], health.Layers.Select(layer => layer.Name));
        Assert.Equal([20, 20], health.Layers.Select(layer => layer.Norms.Count));
        Assert.True(health.Layers[1].FirstToLast < 0.1, health.ToString());
        Assert.Equal(before, model.Parameters().SelectMany(parameter => parameter.Gradient.ToArray()));
        Assert.True(model.Training);
        Assert.Equal(health.Layers[0].Norms, GradientHealth.Measure(model, x, y).Layers[0].Norms);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Norms_GoingBackwards_StandAtTheStepsOfTime(bool ragged)
    {
        Gru plain = new(Inputs, Hidden, batchFirst: true, seed: 1, device: _device);
        Gru backwards = new(
            Inputs, Hidden, batchFirst: true, seed: 1, device: _device,
            options: new RecurrentOptions { GoBackwards = true });
        int length = ragged ? 3 : Steps;
        Tensor x = Numbers.Tensor(_device, 1, 1, Steps, Inputs);
        Tensor reversed = Tensor.Concat(
            [.. Enumerable.Range(0, length).Reverse().Select(step => x[.., step..(step + 1)])], 1);
        Tensor? lengths = ragged ? Tensor.From([length], _device) : null;

        double[] wanted = [.. NormsOf(plain, reversed, null).Reverse()];
        double[] got = NormsOf(backwards, x, lengths);

        Assert.Equal(wanted, got[..length]);
        Assert.All(got[length..], norm => Assert.Equal(0, norm));

        static double[] NormsOf(Gru layer, Tensor input, Tensor? lengths) =>
            [.. GradientHealth.Measure(
                layer, () => layer.Run(input, null, lengths).Output.Square().Sum()).Layers[0].Norms];
    }

    [Fact]
    public void Measure_WithoutARecurrentLayer_SaysSo()
    {
        Sequential model = new(new Dense(1, seed: 4));
        model.Compile(new MeanSquaredError(), new Sgd());

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => GradientHealth.Measure(model, Tensor.Ones([2, 1], _device), Tensor.Ones([2, 1], _device)));

        Assert.Contains("no recurrent layer", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SavePicture_WritesPngs()
    {
        using TemporaryDirectory directory = new();
        Sequential model = new(new Gru(4, seed: 1), new Dense(1, seed: 2));
        model.Compile(new MeanSquaredError(), new Sgd());
        Tensor x = Numbers.Tensor(_device, 1, 4, 6, 2);
        Tensor y = Tensor.Ones([4, 1], _device);
        LearningRateFinder finder = new(steps: 10);

        model.Fit(x, y, 3, options: new FitOptions { ValidationData = (x, y) })
            .SavePicture(directory.File("loss.png"));
        GradientHealth.Measure(model, x, y).SavePicture(directory.File("gradients.png"));
        finder.Find(model, x, y);
        finder.SavePicture(directory.File("rates.png"));

        foreach (string name in new[] { "loss.png", "gradients.png", "rates.png" })
        {
            byte[] picture = File.ReadAllBytes(directory.File(name));
            Assert.Equal([0x89, 0x50, 0x4E, 0x47], picture[..4]);
            Assert.True(picture.Length > 2000, $"{name} has {picture.Length} bytes");
        }
    }

    private RecurrentLayer Layer(RnnCell cell, int layers, bool bidirectional) => cell switch
    {
        RnnCell.Lstm => new Lstm(
            Inputs, Hidden, layers, batchFirst: true, bidirectional: bidirectional, seed: 1, device: _device),
        RnnCell.Gru => new Gru(
            Inputs, Hidden, layers, batchFirst: true, bidirectional: bidirectional, seed: 1, device: _device),
        _ => new SimpleRnn(
            Inputs, Hidden, layers, batchFirst: true, bidirectional: bidirectional, seed: 1, device: _device),
    };

    /// <summary>The loss, sum of w y^2, in double, with any h_t moved.</summary>
    private sealed class PlainStack(
        IReadOnlyDictionary<string, Tensor> state, RnnCell cell, int layers, bool bidirectional,
        float[] x, int[] lengths, float[] weights)
    {
        private readonly int _directions = bidirectional ? 2 : 1;

        public double Norm(int layer, int direction, int step)
        {
            double sum = 0;
            for (int row = 0; row < Rows; row++)
            {
                for (int unit = 0; unit < Hidden && step < lengths[row]; unit++)
                {
                    double high = Loss(row, (layer, direction, step, unit), StepSize);
                    double low = Loss(row, (layer, direction, step, unit), -StepSize);
                    double gradient = (high - low) / (2 * StepSize);
                    sum += gradient * gradient;
                }
            }

            return Math.Sqrt(sum);
        }

        private double Loss(int row, (int Layer, int Direction, int Step, int Unit) moved, double by)
        {
            double[][] sequence = [.. Enumerable.Range(0, lengths[row]).Select(step => x
                .Skip(((row * Steps) + step) * Inputs).Take(Inputs).Select(value => (double)value).ToArray())];
            for (int layer = 0; layer < layers; layer++)
            {
                double[][] output = [.. sequence.Select(_ => new double[Hidden * _directions])];
                for (int direction = 0; direction < _directions; direction++)
                {
                    PlainRecurrence run = new PlainRecurrence(cell, true, Hidden)
                        .With(state, $"l{layer}{(direction == 0 ? "" : "_reverse")}");
                    for (int index = 0; index < sequence.Length; index++)
                    {
                        int step = direction == 0 ? index : sequence.Length - 1 - index;
                        double[] h = run.Step(sequence[step]);
                        if ((layer, direction, step) == (moved.Layer, moved.Direction, moved.Step))
                        {
                            // The array is the run's own state: the next step reads it.
                            h[moved.Unit] += by;
                        }

                        h.CopyTo(output[step], direction * Hidden);
                    }
                }

                sequence = output;
            }

            return sequence.SelectMany((h, step) => h.Select((value, at) =>
                weights[(((row * Steps) + step) * h.Length) + at] * value * value)).Sum();
        }
    }
}
