namespace NativeRnn.Tests.Training;

/// <summary>Tests that count objects of the whole process: nothing may run beside them.</summary>
[CollectionDefinition(nameof(CountingTests), DisableParallelization = true)]
public sealed class CountingTests;
