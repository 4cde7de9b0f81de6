using NativeRnn.Formats;
using NativeRnn.Layers;

namespace NativeRnn.Models;

/// <summary>
/// Files of models of any kind that is known: of this library, PyTorch, Keras and ONNX. What a file is is seen from its
/// content, not from its name.
/// </summary>
/// <example>
/// <code>
/// ModelDescription what = ModelFile.Inspect("model.h5");
/// Module model = ModelFile.Load("model.h5");
/// </code>
/// </example>
public static class ModelFile
{
    /// <summary>
    /// Loads the model of a file: as <see cref="SavedModel"/>, <see cref="KerasModel"/>, <see cref="OnnxModel"/> or, when
    /// the file is the state dict of one nn.LSTM, nn.GRU or nn.RNN, <see cref="PyTorchModel"/> does.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Of the weights; null: <see cref="Device.Default"/>.</param>
    /// <exception cref="ModelFormatException">
    /// The file is of no known kind, is damaged, holds weights without a model, or has what is not supported.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Module Load(string path, Device? device = null) => ModelFileFormat.Detect(path) switch
    {
        ModelFileKind.PyTorch => PyTorchModel.Load(path, device: device),
        ModelFileKind.Keras or ModelFileKind.KerasHdf5 => KerasModel.Load(path, device),
        ModelFileKind.Onnx => OnnxModel.Load(path, device),
        _ => SavedModel.Load(path, device),
    };

    /// <summary>What a file holds: its layers and tensors. No device is opened, nothing is computed.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFormatException">The file is of no known kind, or is damaged.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static ModelDescription Inspect(string path)
    {
        ModelDescription description = ModelFileFormat.Detect(path) switch
        {
            ModelFileKind.PyTorch => PyTorchInspection.Read(path),
            ModelFileKind.Keras => KerasInspection.Read(path, ModelFileKind.Keras),
            ModelFileKind.KerasHdf5 => KerasInspection.Read(path, ModelFileKind.KerasHdf5),
            ModelFileKind.Onnx => OnnxInspection.Read(path),
            _ => SafetensorsInspection.Read(path),
        };
        return description with { FileBytes = new FileInfo(path).Length };
    }
}
