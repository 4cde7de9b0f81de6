using NativeRnn.Formats;

namespace NativeRnn.Models;

/// <content>Models out of ONNX files.</content>
public static partial class OnnxModel
{
    /// <summary>
    /// Reads a model of recurrent and feed-forward operators, such as PyTorch's <c>torch.onnx.export</c> and tf2onnx
    /// write for recurrent networks.
    /// </summary>
    /// <param name="path">The file; numbers that it keeps in files of their own are read from its folder.</param>
    /// <param name="device">Where the model runs; null: <see cref="Device.Default"/>.</param>
    /// <returns>The model, in evaluation; it can be trained on.</returns>
    /// <exception cref="ModelFormatException">
    /// It is no ONNX file, is damaged, or has what is not read; the message says where and what, and names all
    /// operators that are not known.
    /// </exception>
    public static OnnxModule Load(string path, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new OnnxModule(new OnnxFile(path), device ?? Device.Default);
    }
}
