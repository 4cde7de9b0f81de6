using NativeRnn.Cli.Applications;
using NativeRnn.Data;
using NativeRnn.Layers;
using NativeRnn.Training;

namespace NativeRnn.Cli.Forecasting;

/// <summary>What `train forecast` was asked for.</summary>
internal sealed record ForecastSettings
{
    /// <summary>The CSV file; null: the made series.</summary>
    public string? Data { get; init; }

    /// <summary>A CSV file to test on; null: the last rows of the data.</summary>
    public string? Test { get; init; }

    /// <summary>The column to forecast.</summary>
    public required string Target { get; init; }

    /// <summary>Columns that are known up to the present.</summary>
    public IReadOnlyList<string> Covariates { get; init; } = [];

    /// <summary>Columns that are known of the future, too.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    /// <summary>The column of dates; null: the first that there is.</summary>
    public string? Time { get; init; }

    /// <summary>The column that names the series of a row; null: there is one series.</summary>
    public string? Group { get; init; }

    public required int Lags { get; init; }

    public required int Horizon { get; init; }

    public required SplitSpec Split { get; init; }

    /// <summary>Ascending; none: one number is forecast.</summary>
    public IReadOnlyList<float> Quantiles { get; init; } = [];

    /// <summary>Of the networks in turn.</summary>
    public required IReadOnlyList<WindowNormalization> Normalizations { get; init; }

    /// <summary>Whether the logarithm of the target is forecast.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Null: those that the training rows cover.</summary>
    public CalendarCycles? Cycles { get; init; }

    /// <summary>Parts of the test rows, before each of which the model is trained anew; 0: it is not.</summary>
    public int Folds { get; init; }

    public required ForecastNetworkSettings Network { get; init; }

    public required RunSettings Run { get; init; }

    /// <summary>All columns that go with the target.</summary>
    public SeriesRequest Request => new(Target, [.. Covariates, .. Known], Time, Group);

    /// <summary>Which option named a column.</summary>
    public string OptionOf(string column) => column == Target ? "--target"
        : Covariates.Contains(column) ? "--covariates"
        : Known.Contains(column) ? "--known"
        : column == Time ? "--time"
        : "--group";

    public ForecastWindowOptions WindowsOf(WindowNormalization normalization) => new(Lags, Horizon, normalization);
}

/// <summary>The networks and how they are trained.</summary>
internal sealed record ForecastNetworkSettings
{
    public required RnnCell Cell { get; init; }

    public required int Hidden { get; init; }

    public required int Layers { get; init; }

    public required float Dropout { get; init; }

    /// <summary>Makes the loss; with quantiles, theirs is taken.</summary>
    public required Func<Loss> Loss { get; init; }

    public required int Epochs { get; init; }

    public required int Batch { get; init; }

    public required float LearningRate { get; init; }

    public required float WeightDecay { get; init; }

    public required int Patience { get; init; }

    /// <summary>Networks whose forecasts are averaged.</summary>
    public required int Members { get; init; }
}
