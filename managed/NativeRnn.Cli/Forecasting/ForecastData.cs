using NativeRnn.Data;

namespace NativeRnn.Cli.Forecasting;

/// <summary>A column to forecast, of what was trained on and of what is tested on.</summary>
/// <param name="Scaler">Fitted on what was trained on.</param>
/// <param name="Values">What is tested on, in the data's unit.</param>
internal sealed record ForecastData(MinMaxScaler Scaler, double[] Values)
{
    /// <exception cref="UserErrorException">A file or the column is not as it should be.</exception>
    public static ForecastData Read(string trainPath, string path, string column) => new(
        MinMaxScaler.Fit(Column("--train-data", trainPath, column)), Column("--data", path, column));

    private static double[] Column(string option, string path, string column)
    {
        try
        {
            double[] numbers = CsvTable.Read(path).Numbers(column);
            return numbers.Length > 0 ? numbers : throw new UserErrorException($"{option} {path} has no rows");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{option} {path} does not exist");
        }
        catch (ArgumentException error)
        {
            throw new UserErrorException($"--target: {error.Message}");
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{option}: {error.Message}");
        }
    }
}
