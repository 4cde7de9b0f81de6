using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Serving;

/// <summary>Every log line has a number of its own, and stands in the table of managed/README.md.</summary>
public partial class EventIdTests
{
    private static readonly (MethodInfo Method, LoggerMessageAttribute Message)[] Events =
    [
        .. from type in typeof(Tensor).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select (method, message),
    ];

    [Fact]
    public void EventIds_AreUnique()
    {
        Assert.NotEmpty(Events);
        Assert.Equal(Events.Length, Events.Select(found => found.Message.EventId).Distinct().Count());
    }

    [Fact]
    public void Events_AreDocumentedWithLevelAndFields()
    {
        string readme = File.ReadAllText(NativeBuild.RepositoryFile("managed/README.md"));
        string[] documented = [.. TableRow().Matches(readme).Select(row =>
            $"{row.Groups["id"].Value} {row.Groups["level"].Value}: {row.Groups["fields"].Value}")];

        string[] written = [.. Events.OrderBy(found => found.Message.EventId).Select(found =>
            $"{found.Message.EventId} {found.Message.Level}: " +
            string.Join(", ", Field().Matches(found.Message.Message!).Select(field => $"`{field.Groups[1].Value}`")))];

        Assert.Equal(written, documented);
    }

    [GeneratedRegex(@"^\| (?<id>\d+) \| (?<level>\w+) \|[^|]*\|[^|]*\| (?<fields>[^|]*?) \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Field();
}
