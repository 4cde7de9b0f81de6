namespace NativeRnn.Layers;

/// <summary>Memory for one part of a sequence, used by each part of this length in turn.</summary>
internal sealed class CheckpointRoom
{
    private readonly int _axis;
    private readonly Device _device;
    private readonly int[] _inputShape;
    private readonly int[] _outputShape;
    private Tensor? _reserve;
    private Tensor? _dy;
    private Tensor? _dx;

    /// <param name="x">The whole input.</param>
    /// <param name="axis">Which of its axes is time.</param>
    /// <param name="steps">Of the part.</param>
    /// <param name="width">Numbers of an output.</param>
    internal CheckpointRoom(Tensor x, int axis, int steps, int width)
    {
        (_axis, _device, Steps) = (axis, x.Device, steps);
        _inputShape = x.Shape.ToArray();
        _inputShape[axis] = steps;
        _outputShape = [.. _inputShape[..2], width];
        X = Tensor.Scratch(_inputShape, _device);
        Y = Tensor.Scratch(_outputShape, _device);
    }

    internal int Steps { get; }

    internal Tensor X { get; }

    internal Tensor Y { get; }

    internal Tensor Dy => _dy ??= Tensor.Scratch(_outputShape, _device);

    internal Tensor Dx => _dx ??= Tensor.Scratch(_inputShape, _device);

    internal Tensor Reserve(int length) => _reserve ??= Tensor.Scratch([length], _device);

    /// <summary>Reads a part of a sequence.</summary>
    internal void Read(Tensor whole, int start, Tensor part) =>
        Tensor.TakePart(whole, _axis, start, part, accumulate: false);

    /// <summary>Writes a part of a sequence.</summary>
    internal void Write(Tensor part, Tensor whole, int start) =>
        Tensor.CopyPart(part, whole, _axis, start);
}
