namespace NativeRnn.Cli;

/// <summary>Something the user gave is wrong; the message is the one line that is shown.</summary>
internal sealed class UserErrorException(string message) : Exception(message);
