namespace NativeRnn.Tests.Fuzz;

/// <summary>
/// Tests that load damaged files: they run when no other test does, since they look at the memory and the time of the
/// whole process.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Fuzzing
{
    public const string Name = "Fuzzing";
}
