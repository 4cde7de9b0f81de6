using NativeRnn.Formats;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Fuzz;

/// <summary>That the fuzzer finds what a loader does wrong.</summary>
[Collection(Fuzzing.Name)]
public sealed class FuzzerTests(ITestOutputHelper output)
{
    private static readonly byte[] Good = [.. Enumerable.Range(0, 1000).Select(number => (byte)number)];

    [Fact]
    public void Standard_CutsAtTheEndsAndBetween_AndRepeats()
    {
        FuzzCase[] cases = [.. new Mutations(Good, 1).Standard()];
        FuzzCase[] again = [.. new Mutations(Good, 1).Standard()], other = [.. new Mutations(Good, 2).Standard()];
        int[] cuts = [.. cases.Where(damaged => damaged.Name.StartsWith("cut")).Select(damaged => damaged.Bytes.Length)];

        Assert.Equal(200, cuts.Distinct().Count());
        Assert.Subset(cuts.ToHashSet(), Enumerable.Range(0, 17).Concat(Enumerable.Range(984, 16)).ToHashSet());
        Assert.Equal(2000, cases.Count(damaged => damaged.Name.StartsWith("bits")));
        Assert.Equal(cases.Select(damaged => damaged.Bytes), again.Select(damaged => damaged.Bytes));
        Assert.NotEqual(cases.Select(damaged => damaged.Bytes), other.Select(damaged => damaged.Bytes));
    }

    [Fact]
    public void Run_OfALoaderThatRefuses_Succeeds() => Run(path => throw Refusal(path, "the count is 3, must be 2"));

    [Fact]
    public void Run_OfAnotherException_NamesTheCase()
    {
        Exception failure = Assert.ThrowsAny<Exception>(() => Run(_ => throw new InvalidOperationException("at 7")));

        Assert.Contains("NATIVERNN_FUZZ_SEED=1 NATIVERNN_FUZZ_CASE=cut-0", failure.Message);
        Assert.Contains("at 7", failure.Message);
    }

    [Fact]
    public void Run_OfAMessageWithoutTheFile_Fails() =>
        Assert.Contains("does not name the file", Failure(_ => throw Refusal("", "the count is 3, must be 2")));

    [Fact]
    public void Run_OfAnEmptyMessage_Fails() =>
        Assert.Contains("what is wrong", Failure(path => throw Refusal(path, "")));

    [Fact]
    public void Run_OfASlowLoader_Fails() =>
        Assert.Contains("took 1.", Failure(_ => Thread.Sleep(1100)));

    [Fact]
    public void Run_OfALoaderThatAllocatesMuch_Fails() =>
        Assert.Contains("MB for a file of 0 bytes", Failure(_ => GC.KeepAlive(new byte[80 << 20])));

    [Fact]
    public void Run_OfALoaderThatTakesNativeMemory_Fails() =>
        Assert.Contains("MB for a file of 0 bytes", Failure(_ =>
        {
            using Device device = Device.Cpu(1);
            Tensor.Zeros([25 << 20], device).Dispose();
        }));

    [Fact]
    public void Refuses_OfAFileThatLoads_Fails() =>
        Assert.ThrowsAny<Exception>(() => FileFuzzer.Refuses(Good, ".bin", _ => { }));

    private static ModelFormatException Refusal(string path, string what) => new(path, "", what);

    private string Failure(Action<string> load) => Assert.ThrowsAny<Exception>(() => Run(load)).Message;

    // Every damaged copy goes to the loader; the good file is taken.
    private void Run(Action<string> load) => new FileFuzzer(Good, ".bin", path =>
    {
        if (!Path.GetFileName(path).StartsWith("good"))
            load(path);
    }).Run(output);
}
