// Asks a web service over some connections at once, as fast as it answers, and tells how fast that is.
using System.CommandLine;

Argument<Uri?> url = new("url")
{
    Description = "What is asked for, such as http://localhost:5000/predict.",
    CustomParser = result =>
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? parsed) && parsed.Scheme.StartsWith("http"))
        {
            return parsed;
        }

        result.AddError($"url is '{result.Tokens[0].Value}', must be an address with http:// or https://");
        return null;
    },
};
Option<string?> post = new("--post") { Description = "JSON to post; without it the url is got." };
Option<int> connections = new("--connections")
{
    Description = "Requests that are under way at once.",
    DefaultValueFactory = _ => 8,
};
Option<double> seconds = new("--seconds")
{
    Description = "How long, after a second to warm up.",
    DefaultValueFactory = _ => 10,
};
Option<bool> check = new("--check") { Description = "Two seconds; any failed request is an error." };
connections.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() is < 1 or > 1000)
    {
        result.AddError($"--connections is {result.GetValueOrDefault<int>()}, must be 1 to 1000");
    }
});
seconds.Validators.Add(result =>
{
    if (!(result.GetValueOrDefault<double>() is > 0 and <= 3600))
    {
        result.AddError($"--seconds is {result.GetValueOrDefault<double>()}, must be above 0 and at most 3600");
    }
});
RootCommand command = new("Measures requests a second and how long they take.") { url, post, connections, seconds, check };

command.SetAction(async (parsed, cancellationToken) =>
{
    bool checks = parsed.GetValue(check);
    using Load load = new(parsed.GetValue(url)!, parsed.GetValue(post), parsed.GetValue(connections));
    if (!checks)
    {
        await load.Run(TimeSpan.FromSeconds(1), cancellationToken);
    }

    LoadResult result = await load.Run(
        TimeSpan.FromSeconds(checks ? 2 : parsed.GetValue(seconds)), cancellationToken);
    Console.WriteLine(result);
    return result.Failures == 0 && result.Requests > 0 ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
