using System.Globalization;
using CsCheck;
using Xunit.Abstractions;

namespace NativeRnn.Tests.Layers;

/// <summary>
/// Recurrent layers with random sizes and options against the reference in double: values and
/// gradients. The environment variable NATIVERNN_RANDOM_SEED, a number, draws others than the usual
/// ones.
/// </summary>
public sealed class RandomConfigurationTests(ITestOutputHelper output)
{
    private const string SeedVariable = "NATIVERNN_RANDOM_SEED";
    private const int Configurations = 500;

    // Configurations drawn to find a smaller one that fails, too.
    private const int Shrinking = 500;

    // One in fifty may sit on a kink of its functions.
    private const int MostWithoutResult = Configurations / 50;

    [Fact]
    public void RecurrentLayers_WithRandomConfigurations_MatchReference()
    {
        int withoutResult = 0;
        Parallel.ForEach(Drawn(), drawn =>
        {
            if (!Tells(drawn.Configuration, drawn.State))
            {
                Interlocked.Increment(ref withoutResult);
            }
        });

        output.WriteLine($"{withoutResult} of {Configurations} configurations sit on a kink");
        Assert.InRange(withoutResult, 0, MostWithoutResult);
    }

    // The generator's state before each makes CsCheck draw it again.
    private static List<(string State, RandomConfiguration Configuration)> Drawn()
    {
        string? given = Environment.GetEnvironmentVariable(SeedVariable);
        ulong seed = given is null ? 1 : ulong.Parse(given, CultureInfo.InvariantCulture);
        PCG generator = new(1, seed);
        List<(string, RandomConfiguration)> drawn = [];
        for (int index = 0; index < Configurations; index++)
        {
            string state = generator.ToString();
            drawn.Add((state, RandomConfigurations.All.Generate(generator, null, out _)));
        }

        return drawn;
    }

    // A failure is given to CsCheck, which looks for a smaller one and prints it.
    private static bool Tells(RandomConfiguration drawn, string state)
    {
        try
        {
            return new RandomRun(drawn).Check();
        }
        catch (InvalidOperationException)
        {
            RandomConfigurations.All.Sample(
                smaller => { new RandomRun(smaller).Check(); },
                seed: state, iter: Shrinking, threads: 1,
                print: smaller => smaller.ToString());
            throw;
        }
    }
}
