using NativeRnn.Training;

namespace NativeRnn.Tests.Training;

/// <summary>Quantiles that hold on data that was not trained on.</summary>
public sealed class QuantileCalibrationTests
{
    private static readonly float[] Quantiles = [0.1f, 0.5f, 0.9f];

    [Fact]
    public void Fit_OfNineErrors_TakesTheRanksOfConformalPrediction()
    {
        float[] targets = [.. Enumerable.Range(1, 9).Select(number => (float)number)];

        QuantileCalibration calibration = QuantileCalibration.Fit(Quantiles, new float[27], targets);

        // Ranks 0.1, 0.5 and 0.9 of 9 + 1.
        Assert.Equal([1, 5, 9], calibration.Shifts);
        Assert.Equal(1, calibration.Horizon);
    }

    [Fact]
    public void Fit_OfAWrongModel_MakesTheSharesRightOnNewData()
    {
        const int Count = 2000;
        Random random = new(3);
        (float[] Forecasts, float[] Targets) Draw()
        {
            float[] targets = new float[Count * 2], forecasts = new float[Count * 6];
            for (int index = 0; index < targets.Length; index++)
            {
                float center = random.NextSingle();
                targets[index] = center + ((index % 2 == 0 ? 1 : 3) * (random.NextSingle() - 0.5f));
                float[] wrong = [center + 0.5f, center + 0.6f, center + 0.7f];
                wrong.CopyTo(forecasts.AsSpan(index * 3));
            }

            return (forecasts, targets);
        }

        (float[] forecasts, float[] targets) = Draw();
        QuantileCalibration calibration = QuantileCalibration.Fit(Quantiles, forecasts, targets, horizon: 2);
        (float[] newForecasts, float[] newTargets) = Draw();
        float[] moved = calibration.Apply(newForecasts);

        for (int step = 0; step < 2; step++)
        {
            for (int quantile = 0; quantile < 3; quantile++)
            {
                double below = Enumerable.Range(0, Count).Average(
                    row => newTargets[(row * 2) + step] <= moved[(((row * 2) + step) * 3) + quantile] ? 1.0 : 0);
                Assert.Equal(Quantiles[quantile], below, 0.03);
            }
        }
    }

    [Fact]
    public void Apply_PutsCrossedQuantilesInOrder()
    {
        QuantileCalibration calibration = new(Quantiles, [2, 0, -2]);

        Assert.Equal([-1, 1, 3], calibration.Apply([1, 1, 1]));
    }

    [Fact]
    public void Fit_OfOneTarget_TakesItForAllQuantiles() =>
        Assert.Equal([2, 1, 0], QuantileCalibration.Fit(Quantiles, [1, 2, 3], [3]).Shifts);

    [Fact]
    public void Calibration_OfWrongArguments_NamesThem()
    {
        Assert.Equal("quantiles", Name(() => new QuantileCalibration([0.5f, 0.1f], [0, 0])));
        Assert.Equal("quantiles", Name(() => new QuantileCalibration([], [0])));
        Assert.Equal("shifts", Name(() => new QuantileCalibration(Quantiles, [0, 0])));
        Assert.Equal("targets", Name(() => QuantileCalibration.Fit(Quantiles, [1, 2], [1])));
        Assert.Equal("targets", Name(() => QuantileCalibration.Fit(Quantiles, [1, 2, 3], [1], horizon: 2)));
        Assert.Equal("forecasts", Name(() => new QuantileCalibration(Quantiles, [0, 0, 0]).Apply([1, 2])));

        static string? Name(Func<object> call) => Assert.Throws<ArgumentException>(call).ParamName;
    }
}
