using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NativeRnn.Formats;
using NativeRnn.Layers;
using NativeRnn.Models;

namespace NativeRnn.Cli.Applications;

/// <summary>
/// An application's model on disk: <c>model.safetensors</c>, the network, and <c>task.json</c>, which names the task
/// and holds what else it needs, such as its vocabulary.
/// </summary>
internal static class ModelDirectory
{
    private const string ModelName = "model.safetensors";
    private const string TaskName = "task.json";
    private const int Version = 1;

    /// <summary>Saves a model of `nativernn train TASK`; each of the files is replaced whole.</summary>
    public static void Save<T>(string directory, string task, Module network, T settings, JsonTypeInfo<T> type)
    {
        Directory.CreateDirectory(directory);
        network.Save(Path.Combine(directory, ModelName));
        string path = Path.Combine(directory, TaskName);
        string temporary = $"{path}.tmp";
        using (FileStream stream = File.Create(temporary))
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("task", task);
            json.WriteNumber("version", Version);
            json.WritePropertyName("settings");
            JsonSerializer.Serialize(json, settings, type);
            json.WriteEndObject();
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Loads a model of a task.</summary>
    /// <exception cref="UserErrorException">There is none, it is another task's, or damaged.</exception>
    public static (TModule Network, T Settings) Load<TModule, T>(
        string directory, string task, JsonTypeInfo<T> type, Device device)
        where TModule : Module
    {
        string path = Path.Combine(directory, TaskName);
        if (!File.Exists(path))
        {
            throw new UserErrorException(Directory.Exists(directory)
                ? $"--model {directory} holds no model of `train {task}`: it has no {TaskName}"
                : $"--model {directory} does not exist");
        }

        try
        {
            T settings = ReadSettings(path, directory, task, type);
            return (SavedModel.Load<TModule>(Path.Combine(directory, ModelName), device), settings);
        }
        catch (Exception error) when (error is ModelFormatException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--model {directory}: {error.Message}");
        }
    }

    private static T ReadSettings<T>(string path, string directory, string task, JsonTypeInfo<T> type)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            string? found = root.GetProperty("task").GetString();
            if (found != task)
            {
                throw new UserErrorException($"--model {directory} is of `train {found}`, not of `train {task}`");
            }

            int version = root.GetProperty("version").GetInt32();
            if (version != Version)
            {
                throw new UserErrorException(
                    $"--model {directory}: {TaskName} has version {version}; this tool reads version {Version}");
            }

            return root.GetProperty("settings").Deserialize(type)
                ?? throw new UserErrorException($"--model {directory}: {TaskName} has no settings");
        }
        catch (Exception error) when (error
            is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserErrorException($"--model {directory}: {TaskName} is damaged: {error.Message}");
        }
    }
}
