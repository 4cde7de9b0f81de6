using NativeRnn.Cli.Corpus;

namespace NativeRnn.Cli.Training;

/// <summary>Where a run's results go. Made before the training, so that a bad place is told first.</summary>
internal sealed class OutputPlaces
{
    /// <param name="settings">--out and --json.</param>
    /// <param name="corpus">Names the directory when there is no --out.</param>
    /// <exception cref="UserErrorException">One of them cannot be written.</exception>
    public OutputPlaces(TrainTextSettings settings, TextCorpus corpus)
    {
        Directory = settings.Out ?? Path.Combine(TrainTextSettings.ModelsDirectory, corpus.Name);
        Json = settings.Json;
        Try("--out", Directory, () => System.IO.Directory.CreateDirectory(Directory));
        RequireJson(Json);
    }

    /// <summary>The model's directory.</summary>
    public string Directory { get; }

    /// <summary>The results' file, or null.</summary>
    public string? Json { get; }

    /// <summary>The loss curve's picture.</summary>
    public string Picture => Path.Combine(Directory, "loss.png");

    /// <summary>Makes the file of --json, if there is to be one.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public static void RequireJson(string? path)
    {
        if (path is not null)
        {
            Try("--json", path, () => File.AppendAllText(path, ""));
        }
    }

    private static void Try(string option, string path, Action open)
    {
        try
        {
            open();
        }
        catch (Exception error) when (error
            is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserErrorException($"{option} {path} cannot be written: {error.Message}");
        }
    }
}
