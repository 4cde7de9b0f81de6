using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace NativeRnn.Cli.Corpus;

/// <summary>The project's own C# and C++ sources, embedded when the tool was built.</summary>
internal static class DefaultCorpus
{
    private const string Prefix = "corpus/";

    public static TextCorpus Load()
    {
        var assembly = typeof(DefaultCorpus).Assembly;
        var text = new StringBuilder();
        foreach (string name in Names(assembly))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            text.Append(reader.ReadToEnd().ReplaceLineEndings("\n")).Append('\n');
        }

        return new TextCorpus("own-sources", "NativeRnn's own sources", text.ToString());
    }

    // Ordered by a hash of the path: always the same, and C#, C++ and tests are mixed, so that the
    // end of the text, which validates, is of the same kind as its beginning.
    private static IEnumerable<string> Names(Assembly assembly) => assembly
        .GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .OrderBy(name => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name))),
            StringComparer.Ordinal);
}
