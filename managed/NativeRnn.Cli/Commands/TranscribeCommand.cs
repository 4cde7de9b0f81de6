using System.CommandLine;
using NativeRnn.Cli.Speech;
using NativeRnn.Data;
using static System.FormattableString;

namespace NativeRnn.Cli.Commands;

/// <summary>`nativernn transcribe`: which digits a model hears in a recording, and when.</summary>
internal static class TranscribeCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Option<string>("--model")
        {
            Description = "A directory that `train speech` saved.",
            HelpName = "DIR",
            Required = true,
        };
        var file = new Argument<string>("FILE")
        {
            Description = "A WAV file; any sample rate, and channels are mixed into one.",
        };
        var picture = new Option<string?>("--picture")
        {
            Description = "Draws the spectrogram with the digits where they were heard, as a PNG file; of at most " +
                $"{Transcript.MostDrawnSeconds} s of sound.",
            HelpName = "PNG",
        };
        var flags = new DeviceFlags();
        var command = new Command(
            "transcribe",
            "Say which digits are spoken in a recording. A model of strings also says when, in seconds, and with which " +
            "probability: where CTC recognises a digit, often a part of it only. A model of single digits gives the " +
            "likeliest ones.")
        {
            file, model, picture,
        };
        foreach (Option option in flags.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(model), parsed.GetRequiredValue(file), parsed.GetValue(picture), flags.Read(parsed),
            terminal));
        return command;
    }

    private static int Run(string directory, string file, string? picture, DeviceOptions where, Terminal terminal)
    {
        Waveform sound = Read(file);
        double seconds = sound.Duration.TotalSeconds;
        if (picture is not null && seconds > Transcript.MostDrawnSeconds)
        {
            throw new UserErrorException(Invariant(
                $"--picture: {file} is {seconds:0.0} s long, at most {Transcript.MostDrawnSeconds} s can be drawn"));
        }

        using Device device = ToolDevice.Open(where);
        SpeechModel model = SpeechModel.Load(directory, device);
        Transcript transcript = Transcript.Of(model, sound.Resample(SpeechFeatures.SampleRate));
        terminal.Output.WriteLine(Invariant(
            $"{file}, {seconds:0.00} s: {(transcript.Digits.Count > 0 ? transcript.Text : "no digits")}"));
        transcript.Print(terminal);
        if (picture is not null)
        {
            Draw(transcript, model, picture);
            terminal.Output.WriteLine($"Picture: {Path.GetFullPath(picture)}");
        }

        return ExitCode.Done;
    }

    private static Waveform Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new UserErrorException(Directory.Exists(file)
                ? $"FILE {file} is a directory, must be a WAV file"
                : $"FILE {file} does not exist");
        }

        try
        {
            Waveform sound = WavFile.Read(file);
            return sound.Samples.Length > 0 ? sound : throw new UserErrorException($"FILE {file} has no samples");
        }
        catch (InvalidDataException error)
        {
            throw new UserErrorException($"FILE {error.Message}");
        }
    }

    private static void Draw(Transcript transcript, SpeechModel model, string picture)
    {
        try
        {
            transcript.Draw(picture, model.Features.Spectrogram, $"heard {transcript.Text}");
        }
        catch (Exception error) when (error
            is IOException or UnauthorizedAccessException or DllNotFoundException or TypeInitializationException)
        {
            throw new UserErrorException(
                $"--picture {picture} cannot be written: {(error.InnerException ?? error).Message.ReplaceLineEndings(" ")}");
        }
    }
}
