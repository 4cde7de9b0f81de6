using NativeRnn.Training;

namespace NativeRnn.Cli.Forecasting;

/// <summary>How far forecasts are off, in the data's unit.</summary>
/// <param name="Mae">Mean absolute error.</param>
/// <param name="Mse">Mean squared error.</param>
/// <param name="Rmse">Its root.</param>
/// <param name="Mape">Mean absolute percentage error, over targets that are not 0.</param>
/// <param name="R2">Coefficient of determination.</param>
internal sealed record ForecastScore(double Mae, double Mse, double Rmse, double Mape, double R2)
{
    /// <param name="forecasts">A number for each target.</param>
    /// <param name="targets">What came.</param>
    /// <param name="device">Of the tensors that the metrics take.</param>
    public static ForecastScore Of(double[] forecasts, double[] targets, Device device)
    {
        Tensor guess = ToTensor(forecasts), truth = ToTensor(targets);
        Tensor counts = ToTensor([.. targets.Select(target => target == 0 ? 0.0 : 1)]);
        double rmse = Measure(new RootMeanSquaredErrorMetric());
        return new ForecastScore(
            Measure(new MeanAbsoluteErrorMetric()),
            rmse * rmse,
            rmse,
            Measure(new MeanAbsolutePercentageErrorMetric(), counts),
            Measure(new R2Metric()));

        Tensor ToTensor(double[] values) =>
            Tensor.From([.. values.Select(value => (float)value)], [values.Length], device);

        double Measure(Metric metric, Tensor? weights = null)
        {
            metric.Update(guess, truth, weights);
            return metric.Result;
        }
    }
}
