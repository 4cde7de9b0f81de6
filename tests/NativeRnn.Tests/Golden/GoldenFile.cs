using System.Globalization;
using NativeRnn.Layers;
using NativeRnn.Tests.Interop;

namespace NativeRnn.Tests.Golden;

/// <summary>
/// A file of tests/golden, computed by PyTorch in double: arrays by name, each a line "name length",
/// then the values. The gradient of an array is named as it is, with ".grad".
/// </summary>
internal sealed class GoldenFile
{
    // Relative to a number, or to the largest of its array where it is smaller than a tenth of that:
    // a float has no more digits after sums whose terms cancel.
    private const double Relative = 1e-5;
    private const double Small = 0.1;

    private readonly Dictionary<string, double[]> _arrays = new(StringComparer.Ordinal);

    /// <param name="name">Without ".txt".</param>
    public GoldenFile(string name)
    {
        string[] words = File.ReadAllText(NativeBuild.RepositoryFile($"tests/golden/{name}.txt"))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (int at = 0; at < words.Length;)
        {
            int length = int.Parse(words[at + 1], CultureInfo.InvariantCulture);
            _arrays[words[at]] =
            [
                .. words.AsSpan(at + 2, length).ToArray()
                    .Select(word => double.Parse(word, CultureInfo.InvariantCulture)),
            ];
            at += 2 + length;
        }
    }

    public double[] this[string name] => _arrays[name];

    public float[] Floats(string name) => [.. this[name].Select(value => (float)value)];

    public int[] Integers(string name) => [.. this[name].Select(value => (int)value)];

    public Tensor Tensor(Device device, string name, params int[] shape) =>
        NativeRnn.Tensor.From(Floats(name), shape, device);

    /// <summary>Gives a module the parameters that have its names after a prefix: all of both.
    /// </summary>
    public void Load(Module module, string prefix)
    {
        Dictionary<string, Tensor> state = module.StateDict();
        module.LoadStateDict(state.ToDictionary(
            named => named.Key,
            named => Tensor(named.Value.Device, prefix + named.Key, named.Value.Shape.ToArray())));
    }

    /// <summary>Compares a module's gradients with those that have its names after a prefix.</summary>
    public void AssertGradients(Module module, string prefix)
    {
        foreach ((string name, Parameter parameter) in module.NamedParameters())
        {
            float[] gradient = parameter.Gradient.ToArray();
            string path = prefix + name[..^parameter.Name.Length];
            foreach (ParameterView view in parameter.Views)
            {
                AssertClose(
                    $"{path}{view.Name}.grad",
                    gradient.AsSpan(view.Offset, view.Length).ToArray());
            }
        }
    }

    public void AssertClose(string name, Tensor got) => AssertClose(name, got.ToArray());

    private void AssertClose(string name, float[] got)
    {
        double[] wanted = this[name];
        Assert.Equal(wanted.Length, got.Length);
        double least = Small * wanted.Max(Math.Abs);
        for (int index = 0; index < got.Length; index++)
        {
            double allowed = Relative * Math.Max(Math.Abs(wanted[index]), least);
            Assert.True(
                Math.Abs(wanted[index] - got[index]) <= allowed,
                $"{name}: element {index} is {got[index]}, should be {wanted[index]} +- {allowed}");
        }
    }
}
