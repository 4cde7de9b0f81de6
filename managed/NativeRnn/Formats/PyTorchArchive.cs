using System.Globalization;
using System.Text;

namespace NativeRnn.Formats;

/// <summary>
/// The zip archive that torch.save writes: a folder with data.pkl, version, perhaps byteorder, and data/0, data/1, ...
/// for the storages.
/// </summary>
internal sealed class PyTorchArchive : IDisposable
{
    private const string PickleName = "data.pkl";
    private const int NewestVersion = 10;

    private readonly string _path;
    private readonly ZipContents _zip;
    private readonly string _folder;
    private readonly Dictionary<string, PyTorchStorage> _storages = new(StringComparer.Ordinal);
    private readonly bool _isBigEndian;

    private PyTorchArchive(string path, ZipContents zip)
    {
        _path = path;
        _zip = zip;
        _folder = FindFolder();
        RequireNoScript();
        RequireVersion();
        _isBigEndian = ReadByteOrder();
    }

    /// <exception cref="ModelFormatException">It is none, or what is not read; the message says what to do.</exception>
    internal static PyTorchArchive Open(string path)
    {
        RequireZip(path);
        ZipContents zip = ZipContents.Open(path);
        try
        {
            return new PyTorchArchive(path, zip);
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    /// <summary>The values that the pickle holds, with the storages that they need.</summary>
    internal PyTorchValue ReadValue()
    {
        string name = _folder + PickleName;
        PyTorchPickleBytes bytes = new(_path, name, _zip.Read(name));
        return PyTorchUnpickler.Read(bytes, id => FindStorage(bytes, id));
    }

    public void Dispose() => _zip.Dispose();

    // Before 1.6, torch.save wrote pickles one after another, and at first tar archives.
    private static void RequireZip(string path)
    {
        Span<byte> start = stackalloc byte[4];
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (read > 0 && start[0] == PyTorchOpcode.Protocol)
        {
            throw new ModelFormatException(
                path, "", "the file is a bare pickle, as torch.save wrote before PyTorch 1.6 or with " +
                "_use_new_zipfile_serialization=False; load it in Python and save it anew: " +
                "torch.save(torch.load(path), path)");
        }

        if (!ZipContents.Begins(start[..read]))
        {
            throw new ModelFormatException(
                path, "", "the file is no zip archive, which torch.save writes: it is damaged or something else");
        }
    }

    private string FindFolder()
    {
        string[] pickles =
        [
            .. _zip.Names.Where(name => name.EndsWith("/" + PickleName, StringComparison.Ordinal)
                && name.IndexOf('/') == name.LastIndexOf('/')),
        ];
        return pickles.Length == 1
            ? pickles[0][..^PickleName.Length]
            : throw new ModelFormatException(
                _path, "", $"a zip archive with {pickles.Length} entries FOLDER/{PickleName}; a file of torch.save " +
                "has one");
    }

    private void RequireNoScript()
    {
        if (_zip.Contains(_folder + "constants.pkl")
            || _zip.Names.Any(name => name.StartsWith(_folder + "code/", StringComparison.Ordinal)))
        {
            throw new ModelFormatException(
                _path, "", "the file is a TorchScript archive, which holds a program; load it in Python and save the " +
                "weights alone: torch.save(torch.jit.load(path).state_dict(), path)");
        }
    }

    private void RequireVersion()
    {
        string name = _zip.Contains(_folder + ".data/version") ? _folder + ".data/version" : _folder + "version";
        string text = ReadText(name);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version)
            || version < 1 || version > NewestVersion)
        {
            throw new ModelFormatException(
                _path, name, $"the version is '{text}'; 1 to {NewestVersion} are read");
        }
    }

    private bool ReadByteOrder()
    {
        string name = _folder + "byteorder";
        string order = _zip.Contains(name) ? ReadText(name) : "little";
        return order is "little" or "big"
            ? order == "big"
            : throw new ModelFormatException(_path, name, $"the byte order is '{order}', should be little or big");
    }

    private string ReadText(string name)
    {
        const int Most = 64;
        return _zip.LengthOf(name) <= Most
            ? PrintableText.Of(Encoding.UTF8.GetString(_zip.Read(name)).TrimEnd('\n'))
            : throw new ModelFormatException(
                _path, name, $"{_zip.LengthOf(name)} bytes, should be a word of at most {Most}");
    }

    private PyTorchStorage FindStorage(PyTorchPickleBytes pickle, PyTorchStorageId id)
    {
        if (!_storages.TryGetValue(id.Key, out PyTorchStorage? storage))
        {
            storage = ReadStorage(pickle, id);
            _storages.Add(id.Key, storage);
        }

        if (storage.Element != id.Element || storage.Length != id.Length)
        {
            throw pickle.Fail(
                $"storage '{PrintableText.Of(id.Key)}' is {id.Length} {id.Element.Name} here and {storage.Length} " +
                $"{storage.Element.Name} elsewhere");
        }

        return storage;
    }

    private PyTorchStorage ReadStorage(PyTorchPickleBytes pickle, PyTorchStorageId id)
    {
        string name = $"{_folder}data/{id.Key}";
        long length = _zip.Contains(name)
            ? _zip.LengthOf(name)
            : throw pickle.Fail($"there is no entry '{PrintableText.Of(name)}' for a storage");
        if (length % id.Element.Size != 0 || length / id.Element.Size != id.Length)
        {
            throw pickle.Fail(
                $"storage '{PrintableText.Of(id.Key)}' should have {id.Length} {id.Element.Name}; its entry has " +
                $"{length} bytes");
        }

        byte[] bytes = _zip.Read(name);
        if (_isBigEndian)
        {
            ReverseElements(bytes, id.Element.Size);
        }

        return new PyTorchStorage(_path, id.Key, id.Element, bytes);
    }

    private static void ReverseElements(Span<byte> bytes, int size)
    {
        for (; !bytes.IsEmpty; bytes = bytes[size..])
        {
            bytes[..size].Reverse();
        }
    }
}
