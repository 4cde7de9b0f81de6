namespace NativeRnn.Tests.Native;

/// <summary>Each case of the native tests as a case of its own.</summary>
public class GoogleTestCases
{
    // cuda_tests, the interface's tests on an emulated GPU, takes minutes: ctest runs it.
    private static readonly string[] Names =
    [
        "reference_tests", "native_tests", "simt_tests", "cuda_loader_tests", "cuda_failure_tests", "kernel_tests",
        "recurrent_tests",
    ];

    private static readonly Dictionary<string, GoogleTestProgram> Programs =
        Names.ToDictionary(name => name, name => new GoogleTestProgram(name));

    /// <summary>Program and case.</summary>
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (GoogleTestProgram program in Programs.Values)
        {
            foreach (string name in program.Cases())
            {
                cases.Add(program.Name, name);
            }
        }

        return cases;
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Native(string program, string name)
    {
        GoogleTestOutcome outcome = Programs[program].OutcomeOf(name);

        Skip.If(outcome.Verdict == GoogleTestVerdict.Skipped, outcome.Output);
        Assert.True(
            outcome.Verdict == GoogleTestVerdict.Passed,
            $"{program} --gtest_filter={name}\n{outcome.Output}");
    }
}
