using System.CommandLine;
using NativeRnn.Cli.Sentiment;
using NativeRnn.Data;
using Spectre.Console;
using static System.FormattableString;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn classify`: what a model makes of sentences, and of which words.</summary>
internal static class ClassifyCommand
{
    // Cells of the longest bar.
    private const int BarCells = 20;

    public static Command Create(Terminal terminal)
    {
        var model = new Option<string>("--model")
        {
            Description = "A directory that `train sentiment` saved.",
            HelpName = "DIR",
            Required = true,
        };
        var sentences = new Argument<string[]>("SENTENCE")
        {
            Description = "One or more, each in quotes.",
            Arity = ArgumentArity.OneOrMore,
        };
        var flags = new DeviceFlags();
        var command = new Command(
            "classify",
            "Tell whether a sentence praises (positive) or finds fault (negative), and what each word contributes: the " +
            "change of the logit, log(p / (1 - p)) of the probability p of positive, when the word is put back into " +
            "the sentence without it. Above 0 it speaks for positive. A word that is alone is compared with an unknown " +
            "one; words that the model never learnt are marked ?.")
        {
            sentences, model,
        };
        foreach (Option option in flags.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(model), parsed.GetRequiredValue(sentences), flags.Read(parsed), terminal));
        return command;
    }

    private static int Run(string directory, string[] sentences, DeviceOptions where, Terminal terminal)
    {
        string[][] all = [.. sentences.Select(WordTokenizer.Tokenize)];
        if (Array.Exists(all, words => words.Length == 0))
        {
            throw new UserErrorException("a sentence has no words");
        }

        using Device device = ToolDevice.Open(where);
        (SentimentModel model, _) = SentimentModel.Load(directory, device);
        for (int index = 0; index < all.Length; index++)
        {
            Print(sentences[index], all[index], model, terminal);
        }

        return ExitCode.Done;
    }

    private static void Print(string sentence, string[] words, SentimentModel model, Terminal terminal)
    {
        (double logit, double[] contributions) = model.Explain(words);
        double probability = 1 / (1 + Math.Exp(-Math.Abs(logit)));
        terminal.Output.WriteLine(Invariant(
            $"{(logit > 0 ? "positive" : "negative")}, {100 * probability:0.0} % (logit {logit:+0.00;-0.00}): {sentence}"));
        double longest = contributions.Max(Math.Abs);
        Table table = new Table().Border(TableBorder.None)
            .AddColumn("word").AddColumn(new TableColumn("contribution").RightAligned()).AddColumn("");
        for (int place = 0; place < words.Length; place++)
        {
            double value = contributions[place];
            string mark = model.Vocabulary.Contains(words[place]) ? "" : " ?";
            int cells = longest > 0 ? (int)Math.Round(BarCells * Math.Abs(value) / longest) : 0;
            table.AddRow(
                new Text(words[place] + mark),
                new Text(Invariant($"{value:+0.00;-0.00;0.00}")),
                new Text(new string(value > 0 ? '+' : '-', cells), new Style(value > 0 ? Color.Green : Color.Red)));
        }

        terminal.Ansi().Write(table);
    }
}
