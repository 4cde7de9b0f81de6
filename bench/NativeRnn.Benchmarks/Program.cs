using System.CommandLine;
using Benchmarks;

RootCommand root = new("NativeRnn beside TorchSharp: the same models, weights, data and threads in one run.")
{
    TrainCommand.Create(),
    ForwardCommand.Create(),
};

try
{
    ParseResult parsed = root.Parse(args);
    int code = parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    return parsed.Errors.Count > 0 ? 2 : code;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
