using NativeRnn.Data;

namespace NativeRnn.Cli.Forecasting;

/// <summary>The series of a run, one after the other, and which of their rows are for what.</summary>
/// <param name="Parts">Windows never reach from one into another.</param>
/// <param name="Splits">Of each, in rows of all.</param>
internal sealed record ForecastSeries(IReadOnlyList<SeriesPart> Parts, IReadOnlyList<SeriesSplit> Splits)
{
    /// <summary>Rows of all series.</summary>
    public int Rows => Parts.Sum(part => part.Values.Length);

    /// <summary>What is forecast, of all rows.</summary>
    public double[] Values { get; } = [.. Parts.SelectMany(part => part.Values)];

    /// <summary>The times of all rows; null: there are none.</summary>
    public DateTime[]? Times { get; } = Parts.Any(part => part.Times is null)
        ? null
        : [.. Parts.SelectMany(part => part.Times![..part.Values.Length])];

    /// <summary>Reads the series of a run, or makes one.</summary>
    /// <exception cref="UserErrorException">A file or a column is not as it should be.</exception>
    public static ForecastSeries Load(ForecastSettings settings)
    {
        SeriesPart[] parts = settings.Data is null
            ? [MadeSeries.Create(settings.Run.Seed)]
            : Read("--data", settings.Data, settings.Request, settings.OptionOf);
        SeriesPart[] tests = settings.Test is null
            ? []
            : Read("--test", settings.Test, settings.Request, settings.OptionOf);
        return Of(
            [.. parts, .. tests],
            [.. parts.Select(settings.Split.Of), .. tests.Select(part => new SeriesSplit(..0, ..0, ..part.Values.Length))]);
    }

    /// <summary>Reads a file's series.</summary>
    /// <param name="option">That gave the path.</param>
    /// <param name="path">A CSV file.</param>
    /// <param name="request">What to read.</param>
    /// <param name="optionOf">Which option named a column; null: the model did.</param>
    /// <exception cref="UserErrorException">The file or a column is not as it should be.</exception>
    public static SeriesPart[] Read(
        string option, string path, SeriesRequest request, Func<string, string>? optionOf = null)
    {
        try
        {
            CsvTable table = CsvTable.Read(path);
            if (request.Names.FirstOrDefault(name => !table.Columns.Contains(name)) is { } missing)
            {
                string which = optionOf?.Invoke(missing) ?? option;
                string why = optionOf is null ? ", which the model was trained with" : "";
                throw new UserErrorException(
                    $"{which}: {path} has no column '{missing}'{why}; its columns are: {string.Join(", ", table.Columns)}");
            }

            SeriesPart[] parts = SeriesData.Read(path, table, request);
            return parts.Length > 0 && parts.All(part => part.Values.Length > 0) ? parts : throw new UserErrorException(
                $"{option}: {path} has no row, or a series has none, with a number in column '{request.Target}'");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{option} {path} does not exist");
        }
        catch (Exception error) when (error
            is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{option}: {error.Message}");
        }
    }

    /// <summary>Series that are tested on as they are, all of them.</summary>
    public static ForecastSeries ToTest(IReadOnlyList<SeriesPart> parts) =>
        Of(parts, [.. parts.Select(part => new SeriesSplit(..0, ..0, ..part.Values.Length))]);

    /// <summary>The rows at which forecasts may begin.</summary>
    /// <param name="options">The windows.</param>
    /// <param name="rows">What for, such as <c>split => split.Test</c>.</param>
    public IReadOnlyList<int> Origins(ForecastWindowOptions options, Func<SeriesSplit, Range> rows)
    {
        List<int> origins = [];
        int first = 0;
        for (int part = 0; part < Parts.Count; part++)
        {
            origins.AddRange(options.Origins(rows(Splits[part]), first));
            first += Parts[part].Values.Length;
        }

        return origins;
    }

    /// <summary>The rows that are trained on.</summary>
    public IEnumerable<int> TrainingRows => Splits.SelectMany(split =>
        Enumerable.Range(split.Training.Start.Value, split.Training.End.Value - split.Training.Start.Value));

    /// <summary>The same series, to be trained on anew before each part of the rows to test on.</summary>
    public IReadOnlyList<ForecastSeries> WalkForward(int folds)
    {
        IReadOnlyList<SeriesSplit>[] splits = [.. Splits.Select(split =>
            split.Test.Start.Value == split.Test.End.Value
                ? Enumerable.Repeat(split, folds).ToArray()
                : split.WalkForward(folds))];
        return [.. Enumerable.Range(0, folds).Select(fold => this with { Splits = [.. splits.Select(one => one[fold])] })];
    }

    private static ForecastSeries Of(IReadOnlyList<SeriesPart> parts, IReadOnlyList<SeriesSplit> splits)
    {
        int first = 0;
        List<SeriesSplit> moved = [];
        for (int part = 0; part < parts.Count; part++)
        {
            int by = first;
            Range Move(Range rows) => (rows.Start.Value + by)..(rows.End.Value + by);
            SeriesSplit split = splits[part];
            moved.Add(new SeriesSplit(Move(split.Training), Move(split.Validation), Move(split.Test)));
            first += parts[part].Values.Length;
        }

        return new ForecastSeries(parts, moved);
    }
}
