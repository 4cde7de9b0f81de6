using System.CommandLine;
using NativeRnn.Cli.Corpus;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn generate`: text from a saved model, written as it comes.</summary>
internal static class GenerateCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Option<string>("--model")
        {
            Description = "A directory that `train text` saved.",
            HelpName = "DIR",
            Required = true,
        };
        var prompt = new Option<string>("--prompt")
        {
            Description = "How the text begins.",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "",
        };
        Option<int> length = RangedOption.Create(
            "--length", "Characters to write.", 500, 1, 1_000_000_000);
        Option<double> temperature = RangedOption.Create(
            "--temperature", "Below 1: more cautious; 0: always the likeliest character.", 0.8, 0, 100);
        Option<int?> topK = RangedOption.CreateOptional(
            "--top-k", "Only the K likeliest characters.", 1, 65536);
        Option<double?> topP = RangedOption.CreateOptional(
            "--top-p", "Only the likeliest characters with this probability together.", 1e-6, 1.0);
        Option<long> seed = RangedOption.Create(
            "--seed", "Of the random numbers.", 1L, long.MinValue, long.MaxValue);

        Option<string> weights = WeightsOption.Create();
        var command = new Command("generate", "Write text with a trained model, on one thread of the CPU.")
        {
            model, prompt, length, temperature, topK, topP, seed, weights,
        };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(model),
            parsed.GetRequiredValue(prompt),
            new GenerationOptions
            {
                Length = parsed.GetValue(length),
                Temperature = (float)parsed.GetValue(temperature),
                TopK = parsed.GetValue(topK),
                TopP = (float?)parsed.GetValue(topP),
                Seed = parsed.GetValue(seed),
            },
            WeightsOption.Read(parsed.GetRequiredValue(weights)),
            terminal));
        return command;
    }

    private static int Run(
        string directory, string prompt, GenerationOptions options, WeightStorage storage, Terminal terminal)
    {
        using var interruption = new Interruption();
        using Device device = Device.Cpu(1);
        (LanguageModel model, CharVocabulary vocabulary) = TextModel.Load(directory, device);
        foreach (char character in prompt)
        {
            if (!vocabulary.Contains(character))
            {
                throw new UserErrorException(
                    $"--prompt: the model never saw the character '{character}' " +
                    $"(U+{(int)character:X4})");
            }
        }

        terminal.Output.Write(prompt);
        using var generator = new TextGenerator(model, vocabulary, storage);
        foreach (char character in generator.Stream(prompt, options, interruption.Token))
        {
            terminal.Output.Write(character);
        }

        terminal.Output.WriteLine();
        return interruption.Token.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
    }
}
