using NativeRnn.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NativeRnn.Cli.Reporting;

/// <summary>A progress bar with the numbers beside it, and a line above it for each epoch.</summary>
internal sealed class LiveTrainingDisplay(IAnsiConsole console) : TrainingDisplay
{
    /// <inheritdoc/>
    public override T Show<T>(Func<IProgress<LanguageModelProgress>, T> work)
    {
        var numbers = new NumbersColumn();
        return console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), numbers)
            .Start(context => work(
                new Bar(context.AddTask("starting", maxValue: 1), numbers, console)));
    }

    private sealed class Bar(ProgressTask task, NumbersColumn numbers, IAnsiConsole console)
        : IProgress<LanguageModelProgress>
    {
        public void Report(LanguageModelProgress value)
        {
            task.Description = Epoch(value);
            task.Value = Share(value);
            numbers.Text = Numbers(value);
            if (value.EpochFinished)
            {
                console.WriteLine($"{Epoch(value)}  {numbers.Text}");
            }
        }
    }

    // Drawn by the display's own thread; a string reference is read whole.
    private sealed class NumbersColumn : ProgressColumn
    {
        public volatile string Text = "";

        protected override bool NoWrap => true;

        public override IRenderable Render(
            RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Text);
    }
}
