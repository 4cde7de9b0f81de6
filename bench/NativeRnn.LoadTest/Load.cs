using System.Diagnostics;
using System.Text;

/// <summary>One request, sent over and over on each of some connections.</summary>
internal sealed class Load(Uri url, string? json, int connections) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = connections });

    /// <summary>Sends until the time is over; a request that is under way then still counts.</summary>
    public async Task<LoadResult> Run(TimeSpan time, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        Connection[] all = await Task.WhenAll(
            Enumerable.Range(0, connections).Select(_ => RunConnection(start, time, cancellationToken)));
        return LoadResult.Of(
            all.SelectMany(connection => connection.Milliseconds), all.Sum(connection => connection.Failures),
            all.Select(connection => connection.Problem).FirstOrDefault(problem => problem is not null),
            Stopwatch.GetElapsedTime(start));
    }

    private async Task<Connection> RunConnection(long start, TimeSpan time, CancellationToken cancellationToken)
    {
        Connection connection = new();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            long sent = Stopwatch.GetTimestamp();
            try
            {
                await Send(cancellationToken);
                connection.Milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
            catch (HttpRequestException exception)
            {
                connection.Failures++;
                connection.Problem ??= exception.Message;
            }
        }

        return connection;
    }

    private async Task Send(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(json is null ? HttpMethod.Get : HttpMethod.Post, url);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        // The whole answer is read.
        using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public void Dispose() => _client.Dispose();

    private sealed class Connection
    {
        public List<double> Milliseconds { get; } = [];

        public int Failures { get; set; }

        public string? Problem { get; set; }
    }
}
