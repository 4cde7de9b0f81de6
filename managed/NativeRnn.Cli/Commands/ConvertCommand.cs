using System.CommandLine;
using NativeRnn.Cli.Converting;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn convert`: a model file in another format.</summary>
internal static class ConvertCommand
{
    public static Command Create(Terminal terminal)
    {
        var input = new Argument<string>("IN")
        {
            Description = "A file of a model or of weights: .safetensors, PyTorch's .pt, Keras' .h5 and .keras, .onnx.",
        };
        var output = new Argument<string>("OUT")
        {
            Description = "The file to write; its ending says what: .safetensors (a model to load again, or weights " +
                "alone if IN has no model) or .onnx.",
        };
        var axes = new Option<string?>("--input")
        {
            Description = "For .onnx, what the model takes: names of free axes and sizes of the others, such as " +
                "batch,time,8; with int32: in front for indices. If not given, what the first layer tells.",
            HelpName = "AXES",
        };
        var command = new Command("convert", "Write a model or weights in another format, in float32.")
        {
            input, output, axes,
        };
        command.SetAction(parsed =>
        {
            string from = parsed.GetRequiredValue(input), to = parsed.GetRequiredValue(output);
            using Device device = Device.Cpu(1);
            var conversion = new Conversion(from, to, device);
            terminal.Output.WriteLine(conversion.Run(parsed.GetValue(axes)));
            return ExitCode.Done;
        });
        return command;
    }
}
