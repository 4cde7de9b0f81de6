namespace NativeRnn;

// Operations of users.
public sealed partial class GradientTape
{
    /// <summary>
    /// An operation with a gradient of its own. Neither of the two functions is recorded; both may use any operation of
    /// tensors, and host code.
    /// </summary>
    /// <param name="name">For error messages.</param>
    /// <param name="inputs">One or more tensors of one device.</param>
    /// <param name="forward">Gets the inputs, returns the result.</param>
    /// <param name="backward">
    /// Gets the gradient of the result and returns that of each input, in the order of the inputs and with their
    /// shapes; null for one that has none. Called when a tape goes backward through the operation.
    /// </param>
    /// <returns>The result; recorded when a tape is on and one of the inputs needs a gradient.</returns>
    /// <exception cref="ArgumentException">There are no inputs, or they are of different devices.</exception>
    /// <exception cref="InvalidOperationException">
    /// When going backward: the number or a shape of the gradients is wrong.
    /// </exception>
    /// <example>
    /// y = a b^2, with the gradient of each of the two:
    /// <code>
    /// static Tensor TimesSquare(Tensor a, Tensor b) => GradientTape.Operation(
    ///     nameof(TimesSquare),
    ///     [a, b],
    ///     forward: inputs => inputs[0] * inputs[1].Square(),
    ///     backward: dy => [dy * b.Square(), dy * a * b * 2]);
    /// </code>
    /// </example>
    public static Tensor Operation(
        string name,
        IReadOnlyList<Tensor> inputs,
        Func<IReadOnlyList<Tensor>, Tensor> forward,
        Func<Tensor, IReadOnlyList<Tensor?>> backward)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(backward);
        if (inputs.Count == 0)
            throw new ArgumentException($"{name}: an operation needs an input.", nameof(inputs));
        foreach (Tensor input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
            Tensor.RequireOneDevice(name, inputs[0], input);
        }

        Tensor[] kept = [.. inputs];
        int mark = OperationTrace.Mark(kept[0].Device);
        Tensor result = RunUnrecorded(kept[0].Device, () => forward(kept))
            ?? throw new InvalidOperationException($"{name}: forward returned null.");
        Tensor.RequireOneDevice(name, kept[0], result);
        if (result.Device.Trace is { } trace)
            trace.Fuse(mark, TracedKind.Unsupported, $"calls the program's operation \"{name}\"", [result], kept);
        if (For(kept) is not { } tape)
            return result;
        // An alias: forward may have returned one of its inputs, which has a record of its own.
        Tensor output = result.Alias(result.Shape);
        tape.Record(output, gradient => tape.AccumulateAll(name, kept, tape.RunForUser(backward, gradient)));
        return output;
    }

    /// <summary>
    /// An operation of one input with a gradient of its own; else as
    /// <see cref="Operation(string, IReadOnlyList{Tensor}, Func{IReadOnlyList{Tensor}, Tensor}, Func{Tensor, IReadOnlyList{Tensor?}})"/>.
    /// </summary>
    /// <param name="name">For error messages.</param>
    /// <param name="input">The tensor x.</param>
    /// <param name="forward">Gets x, returns y.</param>
    /// <param name="backward">Gets x, y and the gradient dy, returns the gradient dx, of the shape of x.</param>
    /// <returns>The result y; recorded when a tape is on and x needs a gradient.</returns>
    /// <exception cref="InvalidOperationException">When going backward: dx has another shape than x.</exception>
    /// <example>
    /// A step function whose gradient is that of a sigmoid (a straight-through estimator), and one that computes on
    /// the host:
    /// <code>
    /// static Tensor Step(Tensor x) => GradientTape.Operation(
    ///     nameof(Step), x, x => x.Greater(0), (x, y, dy) => dy * x.Sigmoid() * (1 - x.Sigmoid()));
    ///
    /// static Tensor Sine(Tensor x) => GradientTape.Operation(
    ///     nameof(Sine), x, x => Map(x, MathF.Sin), (x, y, dy) => dy * Map(x, MathF.Cos));
    ///
    /// static Tensor Map(Tensor x, Func&lt;float, float> f) =>
    ///     Tensor.From(Array.ConvertAll(x.ToArray(), v => f(v)), x.Shape, x.Device);
    /// </code>
    /// </example>
    public static Tensor Operation(
        string name,
        Tensor input,
        Func<Tensor, Tensor> forward,
        Func<Tensor, Tensor, Tensor, Tensor> backward)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(backward);
        Tensor? output = null;
        return Operation(
            name,
            [input],
            inputs => output = forward(inputs[0]),
            dy => [backward(input, output!, dy)]);
    }

    // Users may keep tensors by mistake and shall be told so: they get none that is used again.
    private IReadOnlyList<Tensor?> RunForUser(Func<Tensor, IReadOnlyList<Tensor?>> backward, Tensor gradient)
    {
        IsWalking = false;
        try
        {
            return backward(gradient.Alias(gradient.Shape));
        }
        finally
        {
            IsWalking = true;
        }
    }

    private static Tensor RunUnrecorded(Device device, Func<Tensor> function)
    {
        if (device.ActiveTape is not { } tape)
            return function();
        bool before = tape._paused;
        tape._paused = true;
        try
        {
            return function();
        }
        finally
        {
            tape._paused = before;
        }
    }

    private void AccumulateAll(string name, Tensor[] inputs, IReadOnlyList<Tensor?> gradients)
    {
        if (gradients is null || gradients.Count != inputs.Length)
            throw new InvalidOperationException(
                $"{name}: backward returned {gradients?.Count ?? 0} gradients for {inputs.Length} inputs.");
        for (int i = 0; i < inputs.Length; i++)
        {
            if (gradients[i] is not { } gradient)
                continue;
            if (gradient.Sizes != inputs[i].Sizes)
                throw new InvalidOperationException(
                    $"{name}: backward returned a gradient {gradient.ShapeText} for input {i}, which is " +
                    $"{inputs[i].ShapeText}.");
            Accumulate(inputs[i], gradient);
        }
    }
}
