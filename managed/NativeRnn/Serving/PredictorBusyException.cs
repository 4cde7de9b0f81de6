using System.Diagnostics.CodeAnalysis;

namespace NativeRnn.Serving;

/// <summary>
/// As many predictions wait already as <see cref="PredictorOptions.QueueLimit"/> allows. A web service answers with
/// 503, and the client tries again later.
/// </summary>
[SuppressMessage("Design", "CA1032", Justification = "Only the predictor throws it.")]
public sealed class PredictorBusyException : Exception
{
    internal PredictorBusyException(string message)
        : base(message)
    {
    }
}
