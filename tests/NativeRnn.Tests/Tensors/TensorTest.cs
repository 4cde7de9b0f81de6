namespace NativeRnn.Tests.Tensors;

/// <summary>A test with a device of its own: a device is used by one thread at a time.</summary>
public abstract class TensorTest : IDisposable
{
    private protected Device Device { get; } = TestDevice.Open();

    public void Dispose()
    {
        Device.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Tensor From(params float[] values) => Tensor.From(values, Device);

    private protected static void CheckThrows<T>(Action action, params string[] words)
        where T : Exception
    {
        T thrown = Assert.ThrowsAny<T>(action);
        foreach (string word in words)
            Assert.Contains(word, thrown.Message, StringComparison.Ordinal);
    }
}
