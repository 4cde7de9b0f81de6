namespace NativeRnn.Cli.Applications;

/// <summary>Where a run's results go. Made before the training, so that a bad place is told first.</summary>
internal sealed class RunPlaces
{
    /// <summary>Where models go that are given no directory.</summary>
    public const string ModelsDirectory = "nativernn-models";

    private readonly List<(string Label, string Text)> _lines = [];

    /// <param name="settings">--out and --json.</param>
    /// <param name="name">Names the directory when there is no --out; fit for one.</param>
    /// <exception cref="UserErrorException">One of them cannot be written.</exception>
    public RunPlaces(RunSettings settings, string name)
    {
        Directory = settings.Directory ?? Path.Combine(ModelsDirectory, name);
        Json = settings.Json;
        Try("--out", Directory, () => System.IO.Directory.CreateDirectory(Directory));
        RequireJson(Json);
    }

    /// <summary>The model's directory.</summary>
    public string Directory { get; }

    /// <summary>The results' file, or null.</summary>
    public string? Json { get; }

    /// <summary>Makes the file of --json, if there is to be one.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public static void RequireJson(string? path)
    {
        if (path is not null)
        {
            Try("--json", path, () => File.AppendAllText(path, ""));
        }
    }

    /// <summary>
    /// Draws a picture of the run; a machine without fonts gets one without letters. That there is none must not
    /// cost the user the trained model, so <see cref="Print"/> says why.
    /// </summary>
    /// <param name="label">What it shows, for people.</param>
    /// <param name="name">The file in <see cref="Directory"/>.</param>
    /// <param name="save">Saves it to a path.</param>
    public void Draw(string label, string name, Action<string> save)
    {
        string path = Path.Combine(Directory, name);
        try
        {
            save(path);
            _lines.Add((label, Path.GetFullPath(path)));
        }
        catch (Exception error) when (error
            is DllNotFoundException or TypeInitializationException or IOException or UnauthorizedAccessException)
        {
            _lines.Add((label, $"no picture ({(error.InnerException ?? error).Message.ReplaceLineEndings(" ")})"));
        }
    }

    /// <summary>Says where everything is, and with which command line to go on.</summary>
    public void Print(TextWriter output, (string Label, string Command) next)
    {
        (string Label, string Text)[] lines =
        [
            ("Model", Path.GetFullPath(Directory)),
            .. _lines,
            .. Json is null ? [] : new[] { ("Results", Path.GetFullPath(Json)) },
            (next.Label, next.Command),
        ];
        int width = lines.Max(line => line.Label.Length) + 2;
        foreach ((string label, string text) in lines)
        {
            output.WriteLine($"{$"{label}:".PadRight(width)}{text}");
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
