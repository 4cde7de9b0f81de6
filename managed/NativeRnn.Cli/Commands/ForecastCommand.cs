using System.CommandLine;
using NativeRnn.Cli.Applications;
using NativeRnn.Cli.Forecasting;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn forecast`: what comes after the end of a series.</summary>
internal static class ForecastCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Option<string>("--model")
        {
            Description = "A directory that `train forecast` saved.",
            HelpName = "DIR",
            Required = true,
        };
        var data = new Option<string>("--data")
        {
            Description = "A CSV file with the columns that the model was trained on. Rows at its end whose target is empty " +
                "are the future, of which the --known columns are needed.",
            HelpName = "FILE",
            Required = true,
        };
        Option<int> threads = RangedOption.Create(
            "--threads", "Threads of the CPU; 0: one for each of its CPUs.", 0, 0, 1024);
        var json = new Option<string?>("--json") { Description = "Writes the forecasts to a file.", HelpName = "FILE" };
        var flags = new DeviceFlags();
        var command = new Command("forecast", "Foretell what comes after the end of a series.")
        {
            model, data, threads, json,
        };
        foreach (Option option in flags.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            DeviceOptions where = flags.Read(parsed, parsed.GetValue(threads));
            string? report = parsed.GetValue(json);
            RunPlaces.RequireJson(report);
            using Device device = ToolDevice.Open(where);
            ForecastModel network = ForecastModel.Load(parsed.GetRequiredValue(model), device);
            FutureReport future = FutureReport.Of(
                network,
                ForecastSeries.Read("--data", parsed.GetRequiredValue(data), network.Task.Encoding.Request));
            future.Print(terminal.Output);
            if (report is not null)
            {
                future.Write(report);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
