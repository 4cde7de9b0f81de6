namespace NativeRnn.Diagnostics;

/// <summary>
/// A text that is written piece by piece: it ends well, by its token, by a reader who wants no more, or, if none of these
/// was told, by an error.
/// </summary>
internal sealed class GenerationRequest : IDisposable
{
    private readonly Request _request = new(Request.Generate);
    private int _written;

    internal GenerationRequest(int promptLength, int length)
    {
        _request.Activity?.SetTag("nativernn.prompt_length", promptLength);
        _request.Activity?.SetTag("nativernn.length", length);
    }

    /// <summary>A character goes to the reader, who may leave with it.</summary>
    internal void Written()
    {
        _written++;
        _request.Outcome = Request.Cancelled;
    }

    /// <summary>The reader came back for the next.</summary>
    internal void GoesOn() => _request.Outcome = Request.Error;

    internal void Cancelled() => _request.Outcome = Request.Cancelled;

    internal void Completed() => _request.Outcome = Request.Ok;

    public void Dispose()
    {
        ServingMeter.Characters(_written);
        _request.Activity?.SetTag("nativernn.written", _written);
        _request.Dispose();
    }
}
