using NativeRnn.Data;
using NativeRnn.Plotting;
using Spectre.Console;
using static System.FormattableString;

namespace NativeRnn.Cli.Speech;

/// <summary>A digit that was heard.</summary>
/// <param name="Digit">Which.</param>
/// <param name="Start">In seconds.</param>
/// <param name="End">In seconds.</param>
/// <param name="Probability">By the model.</param>
internal sealed record HeardDigit(int Digit, double Start, double End, double Probability);

/// <summary>What a model hears in a sound.</summary>
/// <param name="Sound">At the model's sample rate.</param>
/// <param name="Digits">In their order; of a model of single digits, the likeliest one.</param>
/// <param name="Others">Of a model of single digits, the next ones.</param>
internal sealed record Transcript(Waveform Sound, IReadOnlyList<HeardDigit> Digits, IReadOnlyList<HeardDigit> Others)
{
    /// <summary>The longest sound that is drawn, in seconds.</summary>
    public const int MostDrawnSeconds = 60;

    private const int OtherCount = 2;
    private const int RowsPerTick = 5;
    private const int TicksAtMost = 12;

    private static readonly double[] TickSeconds = [0.1, 0.2, 0.5, 1, 2, 5, 10];

    /// <summary>The digits, parted by spaces.</summary>
    public string Text => string.Join(' ', Digits.Select(heard => Invariant($"{heard.Digit}")));

    public static Transcript Of(SpeechModel model, Waveform sound)
    {
        if (model.Task.Kind == SpeechKind.String)
        {
            double seconds = model.Features.SecondsPerStep;
            return new Transcript(
                sound,
                [.. model.Segments(sound).Select(segment => new HeardDigit(
                    segment.Label, segment.Start * seconds,
                    Math.Min(segment.End * seconds, sound.Duration.TotalSeconds), segment.Probability))],
                []);
        }

        HeardDigit[] likeliest = [.. model.Probabilities(sound)
            .Select((probability, digit) => new HeardDigit(digit, 0, sound.Duration.TotalSeconds, probability))
            .OrderByDescending(heard => heard.Probability)];
        return new Transcript(sound, likeliest[..1], likeliest[1..(1 + OtherCount)]);
    }

    /// <summary>A table of the digits.</summary>
    public void Print(Terminal terminal)
    {
        if (Digits.Count == 0)
        {
            return;
        }

        Table table = new Table().Border(TableBorder.None).AddColumn("digit");
        foreach (string name in Others.Count > 0 ? ["probability"] : new[] { "from", "to", "probability" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (HeardDigit heard in Digits.Concat(Others))
        {
            string[] times = Others.Count > 0 ? [] : [Invariant($"{heard.Start:0.00} s"), Invariant($"{heard.End:0.00} s")];
            table.AddRow([Invariant($"{heard.Digit}"), .. times, Invariant($"{100 * heard.Probability:0.0} %")]);
        }

        terminal.Ansi().Write(table);
    }

    /// <summary>Draws the spectrogram with the digits where they were heard.</summary>
    public void Draw(string path, LogMelSpectrogram spectrogram, string title)
    {
        float[,] frames = spectrogram.Transform(Sound);
        (int count, int bands) = (frames.GetLength(0), frames.GetLength(1));
        double[,] values = new double[bands, count];
        for (int band = 0; band < bands; band++)
        {
            for (int frame = 0; frame < count; frame++)
            {
                values[band, frame] = frames[frame, band];
            }
        }

        new HeatMapPicture
        {
            Title = title,
            XLabel = "seconds",
            YLabel = "hertz",
            Values = values,
            IsUpward = true,
            RowTicks = [.. Enumerable.Range(0, bands).Where(band => band % RowsPerTick == 0)
                .Select(band => ((double)band, Invariant($"{spectrogram.FrequencyOf(band):0}")))],
            ColumnTicks = Seconds(count),
            Spans = Others.Count > 0
                ? []
                : [.. Digits.Select(heard => (heard.Start * SpeechFeatures.FrameRate, heard.End * SpeechFeatures.FrameRate))],
            Marks = [.. Digits.Select(heard => (
                Math.Min(count - 1, (heard.Start + heard.End) / 2 * SpeechFeatures.FrameRate), Invariant($"{heard.Digit}")))],
        }.Save(path);
    }

    private static (double Column, string Text)[] Seconds(int frames)
    {
        double each = TickSeconds.First(
            seconds => frames <= TicksAtMost * seconds * SpeechFeatures.FrameRate || seconds == TickSeconds[^1]);
        return [.. Enumerable.Range(0, 1 + (int)((frames - 1) / (each * SpeechFeatures.FrameRate)))
            .Select(tick => (tick * each * SpeechFeatures.FrameRate, Invariant($"{tick * each:0.#}")))];
    }
}
