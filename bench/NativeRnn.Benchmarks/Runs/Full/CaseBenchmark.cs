using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

namespace Benchmarks;

/// <summary>
/// What the categories share: a case is prepared and its results compared once, before the first
/// library's turn; methods are named after the libraries.
/// </summary>
public abstract class CaseBenchmark
{
    private static readonly Dictionary<string, Agreement> Agreements = [];
    private static IReadOnlyList<Case> _cases = [];
    private static Contest? _contest;

    private readonly Mode _mode;
    private Dictionary<Library, IContestant> _contestants = [];

    private protected CaseBenchmark(Mode mode) => _mode = mode;

    /// <summary>The case's text.</summary>
    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    /// <summary>The chosen cases of the category.</summary>
    public IEnumerable<string> Cases() =>
        _cases.Where(one => one.Mode == _mode).Select(one => one.ToString());

    /// <summary>Prepares the case, unless the library before had it too.</summary>
    /// <exception cref="InvalidDataException">The libraries' results differ.</exception>
    [GlobalSetup]
    public void Prepare()
    {
        if (_contest?.Case.ToString() != Case)
        {
            Finish();
            _contest = Contest.Create(_cases.First(one => one.ToString() == Case));
            Agreements[Case] = Agreement.Of(_contest);
        }

        if (!Agreements[Case].Holds)
        {
            throw new InvalidDataException($"{Case}: the results differ, {Agreements[Case]}");
        }

        _contest!.Enter();
        _contestants = _contest.Contestants.ToDictionary(contestant => contestant.Library);
    }

    internal static void Start(IReadOnlyList<Case> cases) => _cases = cases;

    internal static void Finish()
    {
        _contest?.Dispose();
        _contest = null;
    }

    internal static Case CaseOf(BenchmarkCase benchmark)
    {
        string text = (string)benchmark.Parameters[nameof(Case)];
        return _cases.First(one => one.ToString() == text);
    }

    internal static Library LibraryOf(BenchmarkCase benchmark) =>
        Enum.Parse<Library>(benchmark.Descriptor.WorkloadMethod.Name);

    /// <summary>What comparing a case's results gave; a case that failed before that did not hold.</summary>
    internal static Agreement AgreementOf(Case one) =>
        Agreements.GetValueOrDefault(one.ToString()) ?? new Agreement(double.NaN, "the comparison failed", false);

    private protected void Run(Library library) => _contestants[library].Run();
}
