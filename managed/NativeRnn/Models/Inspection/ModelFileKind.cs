namespace NativeRnn.Models;

/// <summary>The kinds of files that hold models or weights.</summary>
public enum ModelFileKind
{
    /// <summary>Safetensors with a model of this library in its metadata, as <see cref="SavedModel"/> writes it.</summary>
    NativeRnn = 0,

    /// <summary>Safetensors with weights only.</summary>
    Safetensors = 1,

    /// <summary>A zip archive of PyTorch's torch.save: weights only, in a state dict.</summary>
    PyTorch = 2,

    /// <summary>HDF5 of Keras: <c>.h5</c>, with or without a model, and <c>.weights.h5</c>.</summary>
    KerasHdf5 = 3,

    /// <summary>A zip archive of Keras 3: <c>.keras</c>.</summary>
    Keras = 4,

    /// <summary>An ONNX graph.</summary>
    Onnx = 5,
}
