using Microsoft.Extensions.Logging;
using NativeRnn.Layers;

namespace NativeRnn.Serving;

/// <summary>The log lines of serving; their numbers start at 100.</summary>
internal static partial class ServingLog
{
    [LoggerMessage(
        EventId = 100,
        Level = LogLevel.Information,
        Message = "Loaded {Model}: {Parameters} weights, {Replicas} replicas on {Device}, in {Seconds} s")]
    internal static partial void Loaded(
        this ILogger logger, string model, long parameters, int replicas, string device, double seconds);

    [LoggerMessage(
        EventId = 101,
        Level = LogLevel.Warning,
        Message = "Refused a prediction of {Model}: {Waiting} wait already")]
    internal static partial void Refused(this ILogger logger, string model, int waiting);

    [LoggerMessage(
        EventId = 102,
        Level = LogLevel.Warning,
        Message = "A prediction of {Model} has waited for {Timeout} and is given up")]
    internal static partial void TimedOut(this ILogger logger, string model, TimeSpan timeout);

    [LoggerMessage(
        EventId = 103,
        Level = LogLevel.Error,
        Message = "A prediction of {Model} failed")]
    internal static partial void Failed(this ILogger logger, Exception exception, string model);

    [LoggerMessage(
        EventId = 104,
        Level = LogLevel.Information,
        Message = "Loaded the text generator {Directory}: {Characters} characters, {Storage} weights, in {Seconds} s")]
    internal static partial void GeneratorLoaded(
        this ILogger logger, string directory, int characters, WeightStorage storage, double seconds);
}
