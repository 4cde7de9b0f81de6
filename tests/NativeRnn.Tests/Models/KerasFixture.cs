using System.Text.Json;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Models;

/// <summary>
/// A model file of tests/golden/keras, an input, and the output that Keras' equations give for it in double.
/// </summary>
internal sealed record KerasFixture(
    string Name, bool Ints, int[] InputShape, double[] Input, int[] OutputShape, double[] Output)
{
    private static readonly Lazy<KerasFixture[]> Cases = new(ReadAll);

    public static IEnumerable<KerasFixture> All => Cases.Value;

    public string Path => PathOf(Name);

    public static string PathOf(string name) => NativeBuild.RepositoryFile($"tests/golden/keras/{name}");

    public static KerasFixture Of(string name) => All.Single(fixture => fixture.Name == name);

    /// <summary>Indices for an embedding, else numbers.</summary>
    public Tensor InputOn(Device device) => Ints
        ? Tensor.From([.. Input.Select(value => (int)value)], InputShape, device)
        : Tensor.From([.. Input.Select(value => (float)value)], InputShape, device);

    private static KerasFixture[] ReadAll()
    {
        using JsonDocument cases = JsonDocument.Parse(File.ReadAllText(PathOf("cases.json")));
        return [.. cases.RootElement.EnumerateArray().Select(Read)];
    }

    private static KerasFixture Read(JsonElement json)
    {
        return new KerasFixture(
            json.GetProperty("file").GetString()!, json.GetProperty("ints").GetBoolean(),
            Sizes("inputShape"), Numbers("input"), Sizes("outputShape"), Numbers("output"));

        int[] Sizes(string name) => [.. json.GetProperty(name).EnumerateArray().Select(size => size.GetInt32())];

        double[] Numbers(string name) =>
            [.. json.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
    }
}
