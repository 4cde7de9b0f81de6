using System.CommandLine;
using NativeRnn.Cli.Reporting;
using NativeRnn.Cli.Applications;
using NativeRnn.Models;
using Spectre.Console;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn inspect`: what a model file holds.</summary>
internal static class InspectCommand
{
    // Where no terminal tells its own: tables in files and pipes are not broken.
    private const int PlainWidth = 200;

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "A file of a model or of weights: .safetensors, PyTorch's .pt, Keras' .h5 and .keras, .onnx.",
        };
        var json = new Option<string?>("--json")
        {
            Description = "Prints JSON, or writes it to a file.",
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var tensors = new Option<bool>("--tensors") { Description = "Lists all tensors, too." };
        var command = new Command(
            "inspect", "Show a model file's layers, parameters, gate layouts and types. Nothing in it is executed.")
        {
            file, json, tensors,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            ModelDescription model = ModelPath.Read(path, ModelFile.Inspect);
            if (parsed.GetResult(json) is { Implicit: false })
            {
                WriteJson(terminal, InspectionReport.Of(model).ToJson(), parsed.GetValue(json));
            }
            else
            {
                IAnsiConsole console = terminal.Ansi();
                if (!terminal.IsInteractive)
                {
                    console.Profile.Width = PlainWidth;
                }

                new InspectionTables(console).Show(path, model, parsed.GetValue(tensors));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteJson(Terminal terminal, string json, string? path)
    {
        if (path is null)
        {
            terminal.Output.Write(json);
            return;
        }

        RunPlaces.RequireJson(path);
        File.WriteAllText(path, json);
    }
}
