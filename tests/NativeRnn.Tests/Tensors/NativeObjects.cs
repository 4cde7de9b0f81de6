namespace NativeRnn.Tests.Tensors;

/// <summary>
/// Tests that look at the number of native objects: they run when no other test does, and begin and end
/// without garbage.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NativeObjects
{
    public const string Name = "Native objects";

    /// <summary>Native objects that are alive once the garbage is gone.</summary>
    internal static long Count()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return Device.LiveNativeObjects;
    }
}
