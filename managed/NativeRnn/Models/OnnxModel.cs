namespace NativeRnn.Models;

/// <summary>Models from ONNX files and into them.</summary>
public static partial class OnnxModel
{
}
