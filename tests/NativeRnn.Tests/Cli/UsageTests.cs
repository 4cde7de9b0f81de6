using System.Text.RegularExpressions;
using NativeRnn.Cli;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Cli;

public class UsageTests
{
    [Theory]
    [InlineData("", "command")]
    [InlineData("train", "command")]
    [InlineData("train opera", "'opera' is no command or option")]
    [InlineData("train speech --task word", "--task must be digit or string, not 'word'")]
    [InlineData("train speech --strings 0", "--strings must be a whole number from 1 to 1000000, not '0'")]
    [InlineData("train speech --lr 0", "--lr must be a number")]
    [InlineData("transcribe --model m", "FILE")]
    [InlineData("transcribe x.wav", "--model")]
    [InlineData("evaluate speech", "--model")]
    [InlineData("train text --layer 3", "'--layer' is no command or option")]
    [InlineData("train text --layers", "--layers")]
    [InlineData("train text --layers 0", "--layers must be a whole number from 1 to 64, not '0'")]
    [InlineData("train text --layers 2.5", "--layers must be a whole number")]
    [InlineData("train text --hidden -1", "--hidden")]
    [InlineData("train text --lr nan", "--lr must be a number")]
    [InlineData("train text --dropout 1", "--dropout must be a number from 0 to 0.99, not '1'")]
    [InlineData("train text --validation 1.5", "--validation")]
    [InlineData("train text --cell tree", "--cell must be lstm, gru or rnn, not 'tree'")]
    [InlineData("train text --threads 5000", "--threads")]
    [InlineData("train text --max-seconds 0", "--max-seconds")]
    [InlineData("train text --device gpu", "--device must be cpu, cuda or cuda:N, not 'gpu'")]
    [InlineData("train text --device cuda:x", "--device must be cpu, cuda or cuda:N, not 'cuda:x'")]
    [InlineData("train text --device cuda --threads 2", "--threads is for the CPU")]
    [InlineData("train text --precision half", "--precision must be float32, tf32, bfloat16 or float16, not 'half'")]
    [InlineData("train text --device cpu --precision tf32", "--precision is for a GPU")]
    [InlineData("train text --device tpu", "--device")]
    [InlineData("train text --data /no/such/file", "--data /no/such/file does not exist")]
    [InlineData("train text --data /", "--data / is a directory")]
    [InlineData("generate", "--model")]
    [InlineData("generate --model /no/such/model", "/no/such/model")]
    [InlineData("generate --model m --temperature -1", "--temperature")]
    [InlineData("generate --model m --top-p 2", "--top-p")]
    [InlineData("generate --model m --top-k 0", "--top-k")]
    [InlineData("generate --model m --length 1e3", "--length must be a whole number")]
    [InlineData("info --loud", "'--loud' is no command or option")]
    public void Run_WrongArguments_SaysSoInOneLineAndReturns2(string arguments, string expected)
    {
        ProgramResult result = Tool.Run(
            arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        AssertRefused(result, expected);
    }

    [Fact]
    public void TrainText_FileThatIsNotUtf8_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.File("latin1.txt");
        File.WriteAllBytes(file, [0x61, 0xE9, 0x62, 0x63, 0x64]);

        AssertRefused(Tool.Run("train", "text", "--data", file), "is not UTF-8 text");
    }

    [Fact]
    public void TrainText_FileTooShort_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("short.txt", "abc");

        AssertRefused(Tool.Run("train", "text", "--data", file), "too short to train on");
    }

    [Theory]
    [InlineData("--out")]
    [InlineData("--json")]
    public void TrainText_PlaceThatCannotBeWritten_IsRefusedBeforeTraining(string option)
    {
        using var directory = new TemporaryDirectory();
        string text = directory.Write("text.txt", Tool.SmallText());

        // Below a file there can be no directory.
        ProgramResult result = Tool.Run(
            "train", "text", "--data", text, option, Path.Combine(text, "below", "it"),
            option == "--out" ? "--json" : "--out", directory.File("other"));

        AssertRefused(result, $"{option} ");
        Assert.Equal("", result.Output);
    }

    [Theory]
    [InlineData("--help", "nativernn [command]")]
    [InlineData("train text --help", "--max-seconds")]
    [InlineData("generate --help", "--top-p")]
    public void Run_Help_ShowsTheOptions(string arguments, string expected)
    {
        ProgramResult result = Tool.Run(arguments.Split(' '));

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_ShowsDeviceAndLibrary()
    {
        ProgramResult result = Tool.Run("info");

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.All(
            new[] { "version", "ABI", "device", "instruction set", "threads", "fp32 peak", "reading 256 KiB", "library" },
            name => Assert.Matches($@"(?m)^{name} +\S", result.Output));
        Assert.Contains("libnativernn.so", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_SaysWhatThereIsOfCuda()
    {
        ProgramResult result = Tool.Run("info");

        string status = Device.CudaCount == 0 ? $"none: {Device.CudaStatus}" : Device.CudaStatus;
        Assert.Matches($@"(?m)^CUDA +{Regex.Escape(status)}$", result.Output);
        for (int index = 0; index < Device.CudaCount; index++)
        {
            Assert.Matches($@"(?m)^GPU {index} +compute capability \d+\.\d, \d+ multiprocessors, ", result.Output);
        }
    }

    [SkippableFact]
    public void TrainText_OnAGpuThatIsNotThere_SaysWhy()
    {
        Skip.If(Device.CudaCount > 0, "there is a GPU");
        using var directory = new TemporaryDirectory();

        ProgramResult result = Tool.TrainSmall(
            directory.Write("text.txt", Tool.SmallText()), directory.File("model"), "--device", "cuda");

        AssertRefused(result, "CUDA");
    }

    private static void AssertRefused(ProgramResult result, string expected)
    {
        Assert.Equal(ExitCode.BadUsage, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.StartsWith("nativernn: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(character => character == '\n'));
    }
}
