namespace NativeRnn.Formats;

/// <summary>Something of Python that a pickle may name.</summary>
/// <param name="Name">With its module, such as <c>torch._utils._rebuild_tensor_v2</c>.</param>
/// <param name="Storage">The element type, if it is a type of storages.</param>
/// <param name="Call">What REDUCE makes of arguments; null: it can't be called.</param>
internal sealed record PyTorchGlobal(
    string Name, PyTorchElement? Storage = null, Func<PyTorchCall, PyTorchValue>? Call = null)
{
    internal const string NamespaceName = "argparse.Namespace";

    public override string ToString() => Name;
}
