using System.CommandLine;
using NativeRnn.Cli.Commands;

namespace NativeRnn.Cli.Applications;

/// <summary>
/// The options that all `nativernn evaluate` commands share: --model, --data, --threads, --device, --precision and --json.
/// </summary>
internal sealed class EvaluateFlags
{
    private readonly Option<string> _model;
    private readonly Option<string?> _data;

    private readonly Option<int> _threads = RangedOption.Create(
        "--threads", "Threads of the CPU; 0: one for each of its CPUs.", 0, 0, 1024);

    private readonly DeviceFlags _device = new();

    private readonly Option<string?> _json = new("--json") { Description = "Writes the results to a file.", HelpName = "FILE" };

    /// <param name="model">What --model names, and how the help calls it.</param>
    /// <param name="data">What --data names, and how the help calls it.</param>
    /// <param name="isDataRequired">Whether there is nothing to test on without --data.</param>
    public EvaluateFlags(
        (string Description, string Kind) model, (string Description, string Kind) data, bool isDataRequired = false)
    {
        _model = new("--model") { Description = model.Description, HelpName = model.Kind, Required = true };
        _data = new("--data") { Description = data.Description, HelpName = data.Kind, Required = isDataRequired };
    }

    /// <summary>Adds these options and those of one command, which stand between them in the help.</summary>
    public void AddTo(Command command, params ReadOnlySpan<Option> own)
    {
        foreach (Option option in (Option[])[_model, _data, .. own, _threads, .. _device.All, _json])
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="UserErrorException">
    /// What was given does not fit together, or the file of --json cannot be written.
    /// </exception>
    public EvaluateSettings Read(ParseResult parsed)
    {
        var settings = new EvaluateSettings(
            parsed.GetRequiredValue(_model), parsed.GetValue(_data), _device.Read(parsed, parsed.GetValue(_threads)),
            parsed.GetValue(_json));
        RunPlaces.RequireJson(settings.Json);
        return settings;
    }
}
