namespace NativeRnn.Tests.Tensors;

[Trait(TestDevice.Trait, TestDevice.Any)]
public sealed class TapeTests : TensorTest
{
    [Fact]
    public void Backward_OfALoss_AddsIntoLeaves()
    {
        Tensor x = From(1, 2, 3).RequireGradient(), w = From(4, 5, 6).RequireGradient(), constant = From(1, 1, 1);
        for (int step = 1; step <= 2; step++)
        {
            using GradientTape tape = Device.Record();
            tape.Backward(((x * w) + constant).Sum());
            Assert.Equal([4f * step, 5f * step, 6f * step], x.Gradient!.ToArray());
        }
        Assert.Equal([2, 4, 6], w.Gradient!.ToArray());
        Assert.Null(constant.Gradient);
        Assert.False(constant.RequiresGrad);
    }

    [Fact]
    public void Backward_OfALeafItself_IsOne()
    {
        Tensor x = Tensor.Full([1], 3, Device).RequireGradient();
        using GradientTape tape = Device.Record();
        tape.Backward(x);
        Assert.Equal(1, x.Gradient!.Item());
    }

    [Fact]
    public void Backward_SharedGradients_AreNotSpoilt()
    {
        // Both summands get the same gradient; what is added to one later must not show in the other.
        Tensor x = From(1, 2).RequireGradient(), z = From(3, 4).RequireGradient();
        using GradientTape tape = Device.Record();
        Tensor a = x * 2, b = z * 3;
        Tensor loss = (a + b).Sum() + (a * a).Sum() + (b.Reshape(2, 1) * 5).Sum();
        tape.Backward(loss);
        Assert.Equal([2 + (4 * 2), 2 + (4 * 4)], x.Gradient!.ToArray());
        Assert.Equal([18, 18], z.Gradient!.ToArray());
    }

    [Fact]
    public void Backward_WrongUse_SaysWhatToDo()
    {
        Tensor x = From(1, 2).RequireGradient();
        Tensor before = x * 2;
        using (GradientTape tape = Device.Record())
        {
            Tensor y = x * 2;
            CheckThrows<ArgumentException>(() => tape.Backward(y), "one element", "[2]");
            CheckThrows<ArgumentException>(() => tape.Backward(y, From(1)), "[2]", "[1]");
            CheckThrows<InvalidOperationException>(() => tape.Backward(before.Sum()), "requires a gradient");
            using Device other = TestDevice.Open();
            CheckThrows<ArgumentException>(() => tape.Backward(Tensor.Ones([1], other)), "device");
            tape.Backward(y.Sum());
            CheckThrows<InvalidOperationException>(() => tape.Backward(y.Sum()), "already");
        }
        using GradientTape silent = Device.Record(gradients: false);
        CheckThrows<InvalidOperationException>(() => silent.Backward((x * 2).Sum()), "gradients: false");
    }

    [Fact]
    public void Record_WhileATapeIsOn_Throws()
    {
        using (GradientTape tape = Device.Record())
            CheckThrows<InvalidOperationException>(() => Device.Record(), "on already");
        using GradientTape next = Device.Record();
        Assert.Same(Device, next.Device);
    }

    [Fact]
    public void Dispose_MakesResultsInvalid_ButNotClones()
    {
        Tensor x = From(1, 2);
        Tensor result, kept, detached;
        using (GradientTape tape = Device.Record())
        {
            result = x * 2;
            result.Dispose();
            kept = result.Clone();
            detached = result.Detach();
            Assert.Equal([2, 4], result.ToArray());
        }
        CheckThrows<ObjectDisposedException>(() => result.ToArray(), "tape", "Clone");
        CheckThrows<ObjectDisposedException>(() => _ = result + x, "tape");
        CheckThrows<ObjectDisposedException>(() => detached.ToArray(), "tape");
        Assert.Contains("disposed", result.ToString(), StringComparison.Ordinal);
        Assert.Equal([2, 4], kept.ToArray());

        // The memory serves the next tape; the old tensor must not show what that one writes.
        using GradientTape next = Device.Record();
        Tensor reused = x * 3;
        Assert.Equal([3, 6], reused.ToArray());
        CheckThrows<ObjectDisposedException>(() => result.ToArray(), "tape");
    }

    [Fact]
    public void Reset_StartsANewRecording()
    {
        Tensor x = From(3).RequireGradient();
        using GradientTape tape = Device.Record();
        for (int step = 1; step <= 3; step++)
        {
            Tensor y = x.Square().Sum();
            tape.Backward(y);
            Assert.Equal(6 * step, x.Gradient!.Item());
            tape.Reset();
            Assert.Throws<ObjectDisposedException>(() => y.Item());
        }
    }

    [Fact]
    public void Tape_Disposed_Throws()
    {
        Tensor x = From(1).RequireGradient();
        GradientTape tape = Device.Record();
        Tensor y = x.Sum();
        tape.Dispose();
        tape.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tape.Backward(y));
        Assert.Throws<ObjectDisposedException>(tape.Reset);
    }

    [Fact]
    public void View_OfALeafFromAnEarlierTape_IsAConstant()
    {
        Tensor x = From(1, 2).RequireGradient();
        Tensor view;
        using (GradientTape first = Device.Record())
            view = x.Reshape(2, 1);
        using GradientTape second = Device.Record();
        second.Backward((view * 2).Sum() + x.Sum());
        Assert.Equal([1, 1], x.Gradient!.ToArray());
    }

    [Fact]
    public void RequireGradient_UnderATape_OnlyForOwnedTensors()
    {
        Tensor owned = From(1);
        using GradientTape tape = Device.Record();
        CheckThrows<InvalidOperationException>(() => Tensor.Zeros([1], Device).RequireGradient(), "tape");
        Assert.Equal([0], owned.RequireGradient().Gradient!.ToArray());
        Assert.Same(owned.Gradient, owned.RequireGradient().Gradient);
        tape.Backward((owned * 3).Sum());
        tape.Dispose();
        Assert.Equal(3, owned.Gradient!.Item());
    }

    [Fact]
    public void Backward_SkipsWhatNeedsNoGradient()
    {
        int calls = 0;
        Tensor Counted(Tensor x) => GradientTape.Operation("Counted", [x], inputs => inputs[0] * 2, dy =>
        {
            calls++;
            return [dy * 2];
        });
        Tensor x = From(1).RequireGradient(), constant = From(1);
        using GradientTape tape = Device.Record();
        _ = Counted(x);
        tape.Backward((Counted(constant) + Counted(x)).Sum());
        Assert.Equal(1, calls);
        Assert.Equal(2, x.Gradient!.Item());
    }

    [Fact]
    public void Operation_OfTheUser_HasItsGradient()
    {
        HostArray a = HostArray.Random([2, 3], 71), b = HostArray.Random([3], 72);
        OperationCheck.Gradient(
            Device,
            x => GradientTape.Operation(
                "CubeTimes",
                x,
                inputs => inputs[0] * inputs[0] * inputs[0] * inputs[1],
                dy => [dy * x[0].Square() * x[1] * 3, (dy * x[0] * x[0].Square()).Sum(0)]),
            a,
            b);
    }

    [Fact]
    public void Operation_OfOneInput_ComputedOnTheHost_HasItsGradient()
    {
        OperationCheck.Gradient(
            Device,
            x => GradientTape.Operation(
                "Sine", x[0], x => Map(x, MathF.Sin), (x, _, dy) => dy * Map(x, MathF.Cos)),
            HostArray.Random([2, 3], 73));

        static Tensor Map(Tensor x, Func<float, float> f) =>
            Tensor.From(Array.ConvertAll(x.ToArray(), v => f(v)), x.Shape, x.Device);
    }

    [Fact]
    public void Operation_OfOneInput_GetsItsInputOutputAndGradient()
    {
        Tensor x = From(-2, 3).RequireGradient();
        using GradientTape tape = Device.Record();
        Tensor step = GradientTape.Operation(
            "Step", x * 1, x => x.Greater(0), (x, y, dy) => (x * 100) + (y * 10) + dy);
        Assert.Equal([0, 1], step.ToArray());
        tape.Backward((step * 3).Sum());
        Assert.Equal([-197, 313], x.Gradient!.ToArray());
    }

    [Fact]
    public void Operation_ThatReturnsItsInput_IsRecordedApart()
    {
        Tensor x = From(1, 2).RequireGradient();
        using GradientTape tape = Device.Record();
        Tensor y = x * 1;
        Tensor z = GradientTape.Operation("Reverse", [y], inputs => inputs[0], dy => [-dy]);
        tape.Backward((y * 10).Sum() + z.Sum());
        Assert.Equal([9, 9], x.Gradient!.ToArray());
    }

    [Fact]
    public void Operation_WrongGradients_NameIt()
    {
        Tensor x = From(1, 2).RequireGradient();
        void Run(Func<Tensor, IReadOnlyList<Tensor?>> backward)
        {
            using GradientTape tape = Device.Record();
            tape.Backward(GradientTape.Operation("Mine", [x], inputs => inputs[0] * 2, backward).Sum());
        }
        CheckThrows<InvalidOperationException>(() => Run(_ => []), "Mine", "0 gradients for 1");
        CheckThrows<InvalidOperationException>(() => Run(dy => [dy.Sum()]), "Mine", "[]", "[2]");
        CheckThrows<ArgumentException>(
            () => GradientTape.Operation("Mine", [], inputs => inputs[0], _ => []), "Mine");
        Run(_ => [null]);
        Assert.Equal([0, 0], x.Gradient!.ToArray());
    }

    [Fact]
    public void Operation_WithoutATape_JustComputes()
    {
        Tensor y = GradientTape.Operation("Twice", [From(1, 2)], inputs => inputs[0] * 2, dy => [dy * 2]);
        Assert.Equal([2, 4], y.ToArray());
    }

    [Fact]
    public void Tape_OfAThousandSteps_ChainsThem()
    {
        Tensor x = From(1).RequireGradient();
        using GradientTape tape = Device.Record();
        Tensor y = x;
        for (int step = 0; step < 1000; step++)
            y = y + x;
        tape.Backward(y.Sum());
        Assert.Equal(1001, x.Gradient!.Item());
    }
}
