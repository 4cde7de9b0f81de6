using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using NativeRnn.Tests.Cli;

namespace NativeRnn.Tests.Serving;

/// <summary>The example service as a process of its own, on a port that was free.</summary>
public sealed partial class WebService : IAsyncLifetime, IDisposable
{
    private readonly StringBuilder _output = new();
    private readonly TemporaryDirectory _models = new();
    private Process? _process;

    /// <summary>Where it is asked.</summary>
    public HttpClient Client { get; } = new();

    public async Task InitializeAsync()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Web.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [program, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // Killed in the end, it can't delete what it makes there.
            Environment = { ["TMPDIR"] = Path.GetDirectoryName(_models.File("any"))! },
        })!;
        Task<string> errors = _process.StandardError.ReadToEndAsync();
        while (await _process.StandardOutput.ReadLineAsync() is string line)
        {
            _output.AppendLine(line);
            if (ListeningLine().Match(line) is { Success: true } match)
            {
                Client.BaseAddress = new Uri(match.Groups[1].Value);

                // What nobody reads would fill the pipe and stop the service.
                _ = _process.StandardOutput.ReadToEndAsync();
                return;
            }
        }

        Assert.Fail($"the service ended: {_output}{await errors}");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        Client.Dispose();
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _models.Dispose();
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex ListeningLine();
}
