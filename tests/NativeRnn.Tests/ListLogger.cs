using Microsoft.Extensions.Logging;

namespace NativeRnn.Tests;

/// <summary>Keeps what is logged in a list, which several may share.</summary>
internal sealed class ListLogger(List<LoggedLine> lines, string category = "") : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        lines.Add(new(eventId.Id, category, formatter(state, exception)));
}
