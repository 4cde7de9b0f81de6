namespace NativeRnn.Formats;

/// <summary>What a <see cref="PyTorchValue"/> is.</summary>
public enum PyTorchValueKind
{
    /// <summary>Python's None.</summary>
    None = 0,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A whole number of any size.</summary>
    Integer,

    /// <summary>A double.</summary>
    Number,

    /// <summary>A text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A list.</summary>
    List,

    /// <summary>A tuple; a torch.Size is one too.</summary>
    Tuple,

    /// <summary>A set; its items come in the file's order.</summary>
    Set,

    /// <summary>A dict, an OrderedDict, a Counter, or the attributes of an argparse.Namespace, in the file's order.
    /// </summary>
    Dictionary,

    /// <summary>A tensor or parameter.</summary>
    Tensor,

    /// <summary>A type or device by its name, such as <c>torch.float32</c> or <c>cuda:0</c>.</summary>
    Name,
}
