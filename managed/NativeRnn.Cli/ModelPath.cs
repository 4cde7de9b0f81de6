using NativeRnn.Formats;

namespace NativeRnn.Cli;

/// <summary>Model files that the user names.</summary>
internal static class ModelPath
{
    /// <summary>Reads one.</summary>
    /// <exception cref="UserErrorException">It is not there, is damaged, or of a kind that is not read.</exception>
    public static T Read<T>(string path, Func<string, T> read)
    {
        if (Directory.Exists(path))
        {
            throw new UserErrorException($"{path} is a directory");
        }

        try
        {
            return read(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{path} does not exist");
        }
        catch (Exception error) when (error is ModelFormatException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(error.Message);
        }
    }
}
