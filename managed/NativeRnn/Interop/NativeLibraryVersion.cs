namespace NativeRnn.Interop;

/// <summary>The check that the managed and the native half belong together.</summary>
internal static class NativeLibraryVersion
{
    /// <summary>The version of nativernn.h that this library was written for.</summary>
    internal const int Expected = 4;

    /// <summary>The version that the loaded native library says it has.</summary>
    internal static int Actual => NativeMethods.AbiVersion();

    /// <summary>Throws unless the native library has the version that this one was written for.</summary>
    internal static void Check() => Check(Actual);

    /// <summary>Throws unless <paramref name="actual"/> is the expected version.</summary>
    internal static void Check(int actual)
    {
        if (actual != Expected)
            throw new NativeRnnException(
                $"The native library nativernn has interface version {actual}, NativeRnn needs version {Expected}: " +
                "the two must come from one package or one build.");
    }
}
