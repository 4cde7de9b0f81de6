namespace NativeRnn.Formats;

/// <summary>
/// Reads files that PyTorch's torch.save writes (version 1.6 and newer): tensors, and what else checkpoints hold. It
/// executes nothing: whatever else a file wants made is refused by its name.
/// </summary>
public sealed class PyTorchFile
{
    private PyTorchFile(string path, in PyTorchValue value)
    {
        FilePath = path;
        Value = value;
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>
    /// What was saved: a dictionary of tensors (state_dict), a dictionary of values of many kinds (checkpoint), or a
    /// tensor.
    /// </summary>
    public PyTorchValue Value { get; }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">
    /// It is no such file, is damaged, or holds what is not read; the message says where and what.
    /// </exception>
    public static PyTorchFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using PyTorchArchive archive = PyTorchArchive.Open(path);
        return new PyTorchFile(path, archive.ReadValue());
    }
}
