namespace NativeRnn.Formats;

/// <summary>What a pickle says of a storage: the entry's name, the elements' type and how many there are.</summary>
internal readonly record struct PyTorchStorageId(string Key, PyTorchElement Element, long Length);
