namespace NativeRnn.Tests.Native;

public class GoogleTestLogTests
{
    [Fact]
    public void Read_PassedFailedSkipped_KeepsEachVerdictAndOutput()
    {
        GoogleTestLog log = Log(
            "[ RUN      ] Gemm.Small",
            "[       OK ] Gemm.Small (3 ms)",
            "[ RUN      ] Gemm.Large",
            "gemm_test.cc:12: Failure",
            "[  FAILED  ] Gemm.Large (1 ms)",
            "[ RUN      ] Gemm.Cuda",
            "gemm_test.cc:20: Skipped",
            "no GPU",
            "[  SKIPPED ] Gemm.Cuda (0 ms)",
            "[  FAILED  ] Gemm.Large");

        Assert.Equal(GoogleTestVerdict.Passed, log.Outcomes["Gemm.Small"].Verdict);
        Assert.Equal(
            new(GoogleTestVerdict.Failed, "gemm_test.cc:12: Failure"), log.Outcomes["Gemm.Large"]);
        Assert.Equal(GoogleTestVerdict.Skipped, log.Outcomes["Gemm.Cuda"].Verdict);
        Assert.Contains("no GPU", log.Outcomes["Gemm.Cuda"].Output, StringComparison.Ordinal);
        Assert.Null(log.Running);
    }

    [Fact]
    public void Read_ProgramThatDies_NamesTheRunningCase()
    {
        GoogleTestLog log = Log("[ RUN      ] Rnn.Crash", "about to write past the end");

        Assert.Equal("Rnn.Crash", log.Running);
        Assert.Equal("about to write past the end", log.Output);
        Assert.Empty(log.Outcomes);
    }

    [Fact]
    public void Read_MarkAfterUnfinishedLine_EndsTheCase()
    {
        GoogleTestLog log = Log("[ RUN      ] A.B", "50 %[       OK ] A.B (9 ms)");

        Assert.Equal(new(GoogleTestVerdict.Passed, "50 %"), log.Outcomes["A.B"]);
    }

    private static GoogleTestLog Log(params string[] lines)
    {
        var log = new GoogleTestLog();
        foreach (string line in lines)
        {
            log.Read(line);
        }

        return log;
    }
}
