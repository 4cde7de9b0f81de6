namespace NativeRnn.Formats;

// Globals and what is made with them.
internal sealed partial class PyTorchUnpickler
{
    private bool UseGlobal(byte opcode)
    {
        switch (opcode)
        {
            case PyTorchOpcode.Global:
                string module = _bytes.ReadLine();
                PushGlobal(module, _bytes.ReadLine());
                return true;
            case PyTorchOpcode.StackGlobal:
                PyTorchValue name = _stack.Pop();
                PushGlobal(ToText(_stack.Pop()), ToText(name));
                return true;
            case PyTorchOpcode.Reduce:
                PyTorchValue arguments = _stack.Pop();
                Reduce(_stack.Pop(), arguments);
                return true;
            case PyTorchOpcode.NewObject:
                PyTorchValue none = _stack.Pop();
                MakeObject(_stack.Pop(), none);
                return true;
            case PyTorchOpcode.Build:
                PyTorchValue state = _stack.Pop();
                Build(_stack.Peek(), state);
                return true;
            case PyTorchOpcode.PersistentId:
                PushStorage(_stack.Pop());
                return true;
            default:
                return false;
        }
    }

    private string ToText(in PyTorchValue value) => value.Kind == PyTorchValueKind.Text
        ? value.ToText()
        : throw _bytes.Fail($"a global's name is {value}, should be a text");

    private void PushGlobal(string module, string name)
    {
        _stack.ChargeEntry();
        string full = $"{module}.{name}";
        PyTorchGlobal global = PyTorchGlobals.Find(full) ?? throw _bytes.Fail(
            $"the global '{PrintableText.Of(full)}' is not among those that are read, and nothing of it is run. If " +
            "the file holds a whole model or other Python objects, load it in Python and save the weights alone: " +
            "torch.save(model.state_dict(), path)");
        _stack.Push(PyTorchValue.Name(global));
    }

    private void Reduce(in PyTorchValue callee, in PyTorchValue arguments)
    {
        if (callee.Content is not PyTorchGlobal { Call: { } call } global)
        {
            throw _bytes.Fail($"REDUCE calls {callee}, which can't be called");
        }

        if (arguments.Kind != PyTorchValueKind.Tuple)
        {
            throw _bytes.Fail($"REDUCE calls {global} with {arguments}, should be a tuple");
        }

        PyTorchValue[] items = (PyTorchValue[])arguments.Content!;
        PyTorchValue made = call(new PyTorchCall(global, items, _bytes, _stack));
        _stack.ChargeEntry();
        _stack.Push(made);
    }

    // The one class whose objects are read: its attributes become a dictionary.
    private void MakeObject(in PyTorchValue type, in PyTorchValue arguments)
    {
        bool isNamespace = type.Content is PyTorchGlobal { Name: PyTorchGlobal.NamespaceName };
        if (!isNamespace || arguments.Kind != PyTorchValueKind.Tuple || arguments.Count > 0)
        {
            throw _bytes.Fail($"NEWOBJ makes an object of {type} with {arguments}; of classes only " +
                $"{PyTorchGlobal.NamespaceName} is read, without arguments");
        }

        PushContainer(PyTorchValue.Dictionary(PyTorchDictionaryKind.Namespace));
    }

    private void Build(in PyTorchValue target, in PyTorchValue state)
    {
        if (target.Content is NumpyType && NumpyType.IsPlain(state))
        {
            return;
        }

        if (target.Content is not PyTorchDictionary { Kind: not PyTorchDictionaryKind.Plain } dictionary
            || state.Kind != PyTorchValueKind.Dictionary)
        {
            throw _bytes.Fail($"BUILD gives {target} the state {state}; attributes are read of collections." +
                $"OrderedDict, {PyTorchGlobal.NamespaceName} and little-endian numpy.dtype only");
        }

        if (dictionary.Kind == PyTorchDictionaryKind.Ordered)
        {
            return;
        }

        foreach ((PyTorchValue key, PyTorchValue value) in state.Entries.ToArray())
        {
            _stack.ChargeEntry();
            dictionary.Set(key, value);
        }
    }

    // ("storage", type, key, location, length)
    private void PushStorage(in PyTorchValue id)
    {
        bool fits = id.Kind == PyTorchValueKind.Tuple && id.Count == 5
            && id[0].Kind == PyTorchValueKind.Text && id[0].ToText() == "storage"
            && id[2].Kind == PyTorchValueKind.Text
            && id[4].Kind == PyTorchValueKind.Integer && id[4].Content is null;
        if (!fits || id[1].Content is not PyTorchGlobal { Storage: { } element })
        {
            throw _bytes.Fail($"BINPERSID names {id}; should be (\"storage\", type, key, location, length)");
        }

        PyTorchStorage storage = _findStorage(new PyTorchStorageId(id[2].ToText(), element, id[4].ToInt64()));
        _stack.Push(PyTorchValue.Name(storage));
    }
}
