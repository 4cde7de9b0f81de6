using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace NativeRnn.Tests.Serving;

/// <summary>The example in managed/examples/Web, asked over HTTP.</summary>
public sealed class WebExampleTests(WebService service) : IClassFixture<WebService>
{
    private const int Known = 24;

    [Fact]
    public async Task Service_StreamsTextAndPredicts()
    {
        Uri text = new("/generate?prompt=seventy&length=300", UriKind.Relative);
        using HttpResponseMessage streamed = await service.Client.GetAsync(text, HttpCompletionOption.ResponseHeadersRead);
        using HttpResponseMessage answer = await service.Client.PostAsJsonAsync(
            new Uri("/predict", UriKind.Relative), new { values = Wave(Known) });

        Assert.Equal(HttpStatusCode.OK, streamed.StatusCode);
        Assert.True(streamed.Headers.TransferEncodingChunked);
        Assert.Equal("text/plain", streamed.Content.Headers.ContentType!.MediaType);
        Assert.Equal(300, (await streamed.Content.ReadAsStringAsync()).Length);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        JsonElement next = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("next");
        Assert.Equal(MathF.Sin(0.5f * Known), next.GetSingle(), 0.2f);
        Assert.Equal("Healthy", await service.Client.GetStringAsync(new Uri("/health", UriKind.Relative)));
    }

    [Theory]
    [InlineData("length=abc", "length", "is 'abc', must be a number from 1 to 10000")]
    [InlineData("length=0", "length", "is '0', must be a number from 1 to 10000")]
    [InlineData("seed=x", "seed", "is 'x', must be a whole number")]
    [InlineData("prompt=%C3%A4", "prompt", "the vocabulary has no character 'ä'")]
    public async Task Generate_OfAWrongQuery_SaysWhichParameter(string query, string parameter, string problem)
    {
        using HttpResponseMessage response =
            await service.Client.GetAsync(new Uri($"/generate?{query}", UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(problem, await ErrorOf(response, parameter), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_OfTooFewValues_SaysHowMany()
    {
        using HttpResponseMessage response = await service.Client.PostAsJsonAsync(
            new Uri("/predict", UriKind.Relative), new { values = Wave(3) });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("has 3 numbers, must have 24", await ErrorOf(response, "values"));
    }

    [Fact]
    public async Task Service_UnderLoad_FailsNoRequest()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "NativeRnn.LoadTest.dll");
        string url = new Uri(service.Client.BaseAddress!, "/generate?length=50").ToString();
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, url, "--connections", "8", "--check"])
        {
            RedirectStandardOutput = true,
        })!;

        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.Matches(@"^[1-9]\d* requests, \d+ a second; p50 [0-9.]+ ms, p99 [0-9.]+ ms; 0 failures", output);
    }

    private static float[] Wave(int count) => [.. Enumerable.Range(0, count).Select(step => MathF.Sin(0.5f * step))];

    private static async Task<string> ErrorOf(HttpResponseMessage response, string parameter) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("errors").GetProperty(parameter)[0].GetString()!;
}
