namespace NativeRnn.Tests;

/// <summary>
/// The device that tests compute on: the CPU, or with NATIVERNN_TEST_DEVICE=cuda the first GPU. Tests that are about the
/// CPU open it themselves.
/// </summary>
internal static class TestDevice
{
    /// <summary>The environment variable that decides.</summary>
    public const string Variable = "NATIVERNN_TEST_DEVICE";

    /// <summary>
    /// The trait of small tests that together show that a device works: they end in time in an emulator of a GPU too.
    /// </summary>
    public const string Trait = "Device";

    /// <summary>The trait's value at them.</summary>
    public const string Any = "Any";

    /// <summary>Its value at large tests, which take minutes each in an emulator of a GPU.</summary>
    public const string Real = "Real";

    public static bool IsCuda { get; } = Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" or "cpu" => false,
        "cuda" => true,
        string other => throw new InvalidOperationException($"{Variable} is \"{other}\", must be cpu or cuda"),
    };

    /// <summary>Shows a test of cells with options, which no GPU runs, as skipped there.</summary>
    public static void SkipOptionsOnCuda() => Skip.If(IsCuda, "cells with options run on the CPU only");

    /// <summary>Opens it, a GPU with 32-bit products: the tests' tolerances are of 32-bit floats.</summary>
    /// <param name="threads">Of the CPU.</param>
    public static Device Open(int threads = 1) =>
        IsCuda ? Device.Cuda(0, MatrixPrecision.Float32) : Device.Cpu(threads);
}
