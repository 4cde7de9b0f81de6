using System.Diagnostics.Metrics;

namespace NativeRnn.Tests.Serving;

/// <summary>
/// What this thread's work tells a meter; other tests measure at the same time on theirs, and must not see any garbage.
/// </summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<(string Name, double Value, string Tags)> _all = [];

    public Measurements(string meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter)
            {
                Units[instrument.Name] = instrument.Unit;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public Dictionary<string, string?> Units { get; } = [];

    /// <summary>What an instrument was told, in order, and the tags' values, with commas.</summary>
    public (double Value, string Tags)[] Of(string name) =>
        [.. _all.Where(found => found.Name == name).Select(found => (found.Value, found.Tags))];

    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Environment.CurrentManagedThreadId == _thread)
        {
            _all.Add((instrument.Name, value, string.Join(',', tags.ToArray().Select(tag => tag.Value))));
        }
    }
}
