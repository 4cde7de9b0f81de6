using System.CommandLine;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Forecasting;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn evaluate forecast`: how well a model foretells a series.</summary>
internal static class EvaluateForecastCommand
{
    public static Command Create(Terminal terminal)
    {
        var flags = new EvaluateFlags(
            ("A directory that `train forecast` saved, or a model's file of any known format.", "DIR|FILE"),
            ("The CSV file to test on.", "FILE"), isDataRequired: true);
        Option<string?> train = new("--train-data")
        {
            Description = "Of a file: the CSV file that it was trained on, whose smallest and largest number become 0 and 1.",
            HelpName = "FILE",
        };
        Option<string?> target = new("--target")
        {
            Description = "Of a file: the column to forecast.",
            HelpName = "COLUMN",
        };
        Option<int?> lags = RangedOption.CreateOptional(
            "--lags", $"Of a file: steps before it that a forecast sees; {FileEvaluation.Lags} if not given.", 1, 1_000_000);
        var all = new Option<bool>("--all")
        {
            Description = "Of a directory: also forecast the rows that it was trained and validated on, as their dates say.",
        };
        var command = new Command(
            "forecast", "Forecast each step of a series from those before it, and print how far off the forecasts are.");
        flags.AddTo(command, train, target, lags, all);
        command.SetAction(parsed =>
        {
            (string path, string? file, DeviceOptions where, string? report) = flags.Read(parsed);
            string? trained = parsed.GetValue(train), column = parsed.GetValue(target);
            if (Directory.Exists(path))
            {
                Require(
                    trained is null && column is null && parsed.GetValue(lags) is null,
                    "--train-data, --target and --lags are for a model's file: the directory says them itself");
                DirectoryEvaluation.Run(path, file!, parsed.GetValue(all), where, report, terminal);
                return ExitCode.Done;
            }

            Require(!parsed.GetValue(all), "--all is for a directory that `train forecast` saved");
            Require(trained is not null, "--train-data is needed with a model's file");
            Require(column is not null, "--target is needed with a model's file");
            FileEvaluation.Run(
                path, ForecastData.Read(trained!, file!, column!), parsed.GetValue(lags) ?? FileEvaluation.Lags, column!,
                where, report, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Require(bool isRight, string message)
    {
        if (!isRight)
        {
            throw new UserErrorException(message);
        }
    }
}
