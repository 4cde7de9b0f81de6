using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Fuzz;

/// <summary>
/// Loads damaged copies of a good file: cut off at 200 lengths, with changed bits 2,000 times, with changed bytes and
/// numbers. Each must load or be refused as <see cref="DamagedFile"/> says. Of a class of tests in the collection
/// <see cref="Fuzzing"/>.
/// <para>Environment variables: NATIVERNN_FUZZ_SECONDS=N goes on with further cases for N seconds each file;
/// NATIVERNN_FUZZ_SEED=N changes the cases (else 1); NATIVERNN_FUZZ_CASE=NAME runs one case only. A failure's message
/// says what to set to see it again, and where the damaged file is kept.</para>
/// </summary>
/// <param name="good">The bytes of a file that loads.</param>
/// <param name="ending">Of the file's name, with its dot.</param>
/// <param name="load">
/// Loads the file of a path, checks that what came is sound (shapes that fit, as many weights as they should be; not the
/// weights' values, where the format has no checksums), and disposes it. What it throws but ModelFormatException fails.
/// </param>
internal sealed class FileFuzzer(byte[] good, string ending, Action<string> load)
{
    // A loader that takes so long hangs: the test ends without it.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    // As small as stacks get by default anywhere, so that recursion shows.
    private const int StackSize = 1 << 20;

    private readonly int _seed = Number("NATIVERNN_FUZZ_SEED") ?? 1;
    private string? _running;
    private string? _failure;
    private int _loaded;
    private int _refused;

    /// <summary>Runs all cases.</summary>
    /// <param name="output">Gets a line about what was done.</param>
    internal void Run(ITestOutputHelper output)
    {
        Thread worker = new(RunAll, StackSize) { IsBackground = true };
        worker.Start();
        AwaitWithoutHang(worker);
        Assert.True(_failure is null, _failure);
        output.WriteLine(
            $"{ending}, {good.Length} bytes, seed {_seed}: {_loaded} cases loaded, {_refused} were refused");
    }

    /// <summary>Loads one file made by hand, which the loader must refuse.</summary>
    /// <returns>What the loader said.</returns>
    internal static string Refuses(byte[] bytes, string ending, Action<string> load)
    {
        using FuzzDirectory directory = new();
        string path = directory.Write("evil", ending, bytes);
        DamagedFile file = new(path, load);
        string? complaint = null;
        Thread worker = new(() => complaint = file.Complaint(), StackSize) { IsBackground = true };
        worker.Start();
        Assert.True(worker.Join(3 * Hang), "the loader hangs");
        Assert.True(complaint is null, complaint);
        Assert.False(file.Loaded, "the file loads, and must not");
        return file.Refusal;
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;

    private void RunAll()
    {
        using FuzzDirectory directory = new();
        try
        {
            load(directory.Write("good", ending, good));
            foreach (FuzzCase damaged in Cases())
            {
                if (Complaint(directory, damaged) is not { } complaint)
                    continue;
                string kept = directory.Keep(damaged.Name, ending, damaged.Bytes);
                _failure = $"{damaged.Name} of {ending}, kept as {kept}, again with " +
                    $"NATIVERNN_FUZZ_SEED={_seed} NATIVERNN_FUZZ_CASE={damaged.Name}: {complaint}";
                return;
            }
        }
        catch (Exception exception)
        {
            _failure = $"the good file does not load, or a case can't be made: {exception}";
        }
    }

    private IEnumerable<FuzzCase> Cases()
    {
        Mutations mutations = new(good, _seed);
        if (Environment.GetEnvironmentVariable("NATIVERNN_FUZZ_CASE") is { Length: > 0 } name)
            return [mutations.Make(name)];
        IEnumerable<FuzzCase> cases = mutations.Standard();
        if (Number("NATIVERNN_FUZZ_SECONDS") is not { } seconds)
            return cases;
        long start = Stopwatch.GetTimestamp();
        return cases.Concat(mutations.Further()
            .TakeWhile(_ => Stopwatch.GetElapsedTime(start).TotalSeconds < seconds));
    }

    private string? Complaint(FuzzDirectory directory, FuzzCase damaged)
    {
        Volatile.Write(ref _running, damaged.Name);
        string path = directory.Write(damaged.Name, ending, damaged.Bytes);
        DamagedFile file = new(path, load);
        string? complaint = file.Complaint();
        if (file.Loaded == true)
            _loaded++;
        else
            _refused++;
        File.Delete(path);
        return complaint;
    }

    private void AwaitWithoutHang(Thread worker)
    {
        string? last = null;
        while (!worker.Join(Hang))
        {
            string? now = Volatile.Read(ref _running);
            Assert.False(
                now == last, $"{now ?? "the good file"} of {ending} hangs, again with " +
                $"NATIVERNN_FUZZ_SEED={_seed} NATIVERNN_FUZZ_CASE={now}");
            last = now;
        }
    }
}
