namespace NativeRnn.Tests.WrongInput;

/// <summary>A call with a wrong argument, and what its exception must say.</summary>
/// <param name="Exception">Its exact type.</param>
/// <param name="Argument">Its ParamName; of other exceptions null.</param>
/// <param name="Was">What the argument was, as the message has it.</param>
/// <param name="Wanted">What it should be, as the message has it.</param>
/// <param name="Call">The call.</param>
public sealed record WrongInput(
    Type Exception, string? Argument, string Was, string Wanted, Action<Device> Call)
{
    public static WrongInput Range(
        string argument, string was, string wanted, Action<Device> call) =>
        new(typeof(ArgumentOutOfRangeException), argument, was, wanted, call);

    public static WrongInput Of(
        string argument, string was, string wanted, Action<Device> call) =>
        new(typeof(ArgumentException), argument, was, wanted, call);

    public static WrongInput Other<T>(string was, string wanted, Action<Device> call)
        where T : Exception => new(typeof(T), null, was, wanted, call);

    /// <summary>An argument on another device than the rest.</summary>
    public static WrongInput OnOther(string argument, Action<Device, Device> call) => Of(
        argument, "another device", "one device", device =>
        {
            using Device other = TestDevice.Open();
            call(device, other);
        });

    public void Check()
    {
        using Device device = TestDevice.Open();

        // A GPU tells of wrong contents, such as an index, when its work is awaited: by a call that
        // has no such argument.
        Exception thrown = Assert.Throws(Exception, () =>
        {
            Call(device);
            device.Synchronize();
        });

        if (thrown is ArgumentException argument
            && !(TestDevice.IsCuda && argument.ParamName is null))
        {
            Assert.Equal(Argument, argument.ParamName);
            Assert.Contains(Argument!, thrown.Message, StringComparison.Ordinal);
        }

        Assert.Contains(Was, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(Wanted, thrown.Message, StringComparison.Ordinal);
    }

    public static Tensor Zeros(Device device, params int[] shape) => Tensor.Zeros(shape, device);

    public static Tensor Integers(Device device, params int[] values) => Tensor.From(values, device);

    public static Tensor Indices(Device device, params int[] shape) => Tensor.From(
        new int[shape.Aggregate(1, (length, size) => length * size)], shape, device);
}
