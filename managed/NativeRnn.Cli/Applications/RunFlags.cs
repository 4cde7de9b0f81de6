using System.CommandLine;
using NativeRnn.Cli.Commands;

namespace NativeRnn.Cli.Applications;

/// <summary>
/// The options that all `nativernn train` commands share: --seed, --threads, --device, --precision, --max-seconds,
/// --out and --json.
/// </summary>
internal sealed class RunFlags
{
    private readonly Option<long> _seed = RangedOption.Create(
        "--seed", "Of all random numbers.", 1L, long.MinValue, long.MaxValue);

    private readonly Option<int> _threads = RangedOption.Create(
        "--threads", "Threads of the CPU; 0: one for each of its CPUs.", 0, 0, 1024);

    private readonly DeviceFlags _device = new();

    private readonly Option<double?> _maxSeconds = RangedOption.CreateOptional(
        "--max-seconds", "Ends after so many seconds of training; such a run's bits depend on the machine's speed.",
        0.1, 1e9);

    private readonly Option<string?> _out = new("--out")
    {
        Description = $"Where the model and its pictures go; {RunPlaces.ModelsDirectory}/NAME if not given.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _json = new("--json")
    {
        Description = "Writes the results and the loss curve to a file.",
        HelpName = "FILE",
    };

    public IEnumerable<Option> All => [_seed, _threads, .. _device.All, _maxSeconds, _out, _json];

    /// <exception cref="UserErrorException">What was given does not fit together.</exception>
    public RunSettings Read(ParseResult parsed) => new(
        parsed.GetValue(_seed),
        _device.Read(parsed, parsed.GetValue(_threads)),
        parsed.GetValue(_maxSeconds),
        parsed.GetValue(_out),
        parsed.GetValue(_json));
}
