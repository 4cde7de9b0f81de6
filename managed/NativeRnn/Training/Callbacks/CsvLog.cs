using System.Globalization;
using System.Text;
using NativeRnn.Formats;

namespace NativeRnn.Training;

/// <summary>
/// A CSV file with a line for each epoch: <c>epoch,loss,accuracy,val_loss,val_accuracy,seconds</c>.
/// It is written anew after each epoch, whole or not at all, so that a resumed run continues it.
/// </summary>
public sealed class CsvLog : Callback
{
    private readonly string _path;

    /// <summary>A log.</summary>
    /// <param name="path">The file; its directory must exist.</param>
    public CsvLog(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        string text = Table(context.History.Epochs);
        AtomicFile.Write(_path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private static string Table(IReadOnlyList<EpochResult> epochs)
    {
        string[] names = [.. epochs.SelectMany(EpochValues.Of).Select(value => value.Name).Distinct()];
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"epoch,{string.Join(',', names.Select(Quoted))},seconds\n");
        foreach (EpochResult epoch in epochs)
        {
            ILookup<string, double> values = EpochValues.Of(epoch).ToLookup(
                value => value.Name, value => value.Value);
            string cells = string.Join(',', names.Select(name => values.Contains(name)
                ? values[name].First().ToString("R", CultureInfo.InvariantCulture)
                : string.Empty));
            text.Append(CultureInfo.InvariantCulture, $"{epoch.Epoch},{cells},{epoch.Seconds:0.###}\n");
        }

        return text.ToString();
    }

    // A name is the user's own for a metric of his.
    private static string Quoted(string name) => name.AsSpan().ContainsAny(",\"\n")
        ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : name;
}
